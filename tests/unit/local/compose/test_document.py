"""The Compose file equals the task definitions except for the differences in local/compose/differences.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local.compose.differences import BUNDLES, FAST_REFRESH
from local.compose.document import CONDITIONS
from local.compose.project import Project
from tests.unit.environments.cases import GIT_BUNDLE, GIT_SSH, TWO_TEAMS
from tests.unit.local.compose.compose_fixtures import (
    BASE_URL,
    TOPOLOGIES,
    composed,
    definitions,
    environment_of,
    localized,
    written,
)
from tests.unit.modules.variants import CUSTOM

# The variables that docs/local.md lists; no other variable may differ.
LOCAL_VARIABLES = {
    "AIRFLOW_CA_FILE", "AIRFLOW__API__BASE_URL", *FAST_REFRESH,
    "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
    "AWS_REGION", "AWS_DEFAULT_REGION",
}  # fmt: skip


def services_and_definitions(topology: str, *, mount_dags: bool) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Name, Compose service and definition of every local container."""
    deployment = environment_of(topology, dags=GIT_SSH)
    services = composed(deployment, mount_dags=mount_dags)["services"]
    pairs = []
    for task, containers in definitions(deployment).items():
        for container in containers:
            name = task if container["essential"] else f"{task}-{container['name']}"
            if not (mount_dags and container["command"] == ["git-sync"]):
                pairs.append((name, services[name], container))
    return pairs


@pytest.mark.feature("R2")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_hardening_of_every_task_definition_is_kept(topology: str) -> None:
    pairs = services_and_definitions(topology, mount_dags=True)
    assert len(pairs) >= 4
    for name, service, container in pairs:
        assert service["read_only"] is container["readonlyRootFilesystem"] is True, name
        assert service["cap_drop"] == container["linuxParameters"]["capabilities"]["drop"] == ["ALL"], name
        assert service["cap_add"] == [], name
        assert service["privileged"] is container["privileged"] is False, name
        assert service["user"] == container["user"] == "50000:0", name
        assert service["init"] is container["linuxParameters"]["initProcessEnabled"], name


@pytest.mark.feature("R2")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_command_stop_time_health_and_memory_are_those_of_the_task_definition(topology: str) -> None:
    for name, service, container in services_and_definitions(topology, mount_dags=False):
        assert service["command"] == container["command"], name
        assert service["stop_grace_period"] == f"{container['stopTimeout']}s", name
        assert service["mem_limit"].endswith("m"), name
        health = container.get("healthCheck")
        if health is None:
            assert service["healthcheck"] == {"disable": True}, name
            continue
        assert service["healthcheck"]["test"] == health["command"], name
        assert service["healthcheck"]["start_period"] == f"{health['startPeriod']}s", name
        time_to_unhealthy = int(service["healthcheck"]["interval"].rstrip("s")) * service["healthcheck"]["retries"]
        assert time_to_unhealthy == health["interval"] * health["retries"], name


@pytest.mark.feature("R2")
@pytest.mark.parametrize("mount_dags", [True, False])
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_variables_differ_only_where_the_documentation_says_so(topology: str, mount_dags: bool) -> None:
    for name, service, container in services_and_definitions(topology, mount_dags=mount_dags):
        deployed = {variable["name"]: variable["value"] for variable in container["environment"]}
        kept = {key: value for key, value in deployed.items() if key not in LOCAL_VARIABLES}
        local = {key: value for key, value in service["environment"].items() if key not in LOCAL_VARIABLES}
        assert kept.keys() == local.keys(), name
        literal = {key: value for key, value in kept.items() if "${" not in value}
        assert literal == {key: local[key] for key in literal}, name
        assert not [key for key, value in local.items() if "${" in value.replace("$$", "")], name


@pytest.mark.feature("R2")
def test_start_order_is_that_of_the_task_definition() -> None:
    for name, service, container in services_and_definitions("celery", mount_dags=False):
        task = name.removesuffix(f"-{container['name']}")
        for other in container["dependsOn"]:
            found = {key: value["condition"] for key, value in service["depends_on"].items()}
            sidecar = f"{task}-{other['containerName']}"
            service_name = sidecar if sidecar in found else other["containerName"]
            assert found[service_name] == CONDITIONS[other["condition"]], name


@pytest.mark.feature("R2")
def test_components_wait_for_the_migration_and_the_migration_for_the_database() -> None:
    services = composed(environment_of("celery"))["services"]
    done = {"condition": "service_completed_successfully"}
    for name in ("api-server", "scheduler", "dag-processor", "triggerer", "worker-default"):
        assert services[name]["depends_on"]["migrate"] == done, name
    assert services["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    assert services["db-clean"]["profiles"] == ["once"]
    assert "profiles" not in services["migrate"]


@pytest.mark.feature("R2")
def test_containers_of_a_task_share_an_address_with_its_internal_name() -> None:
    services = composed(environment_of("celery"))["services"]
    assert services["scheduler"]["network_mode"] == services["scheduler-statsd"]["network_mode"]
    assert services["scheduler"]["network_mode"] == "service:scheduler-network"
    aliases = services["api-server-network"]["networks"]["default"]["aliases"]
    assert aliases == ["api-server.dev.airflow.internal"]
    execution_api = services["worker-default"]["environment"]["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]
    assert execution_api == f"http://{aliases[0]}:8080/execution/"


@pytest.mark.feature("R2")
def test_database_broker_and_bucket_have_the_addresses_in_the_variables() -> None:
    services = composed(environment_of("celery"))["services"]
    worker = services["worker-default"]["environment"]
    assert services["postgres"]["networks"]["default"]["aliases"] == [worker["AIRFLOW_DB_HOST"]]
    assert services["redis"]["environment"]["TLS_NAMES"] == worker["AIRFLOW_BROKER_HOST"]
    bucket = services["aws"]["environment"]["EMULATOR_BUCKETS"]
    assert worker["AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER"] == f"s3://{bucket}/task-logs"


def test_every_container_knows_its_region_as_on_fargate() -> None:
    services = composed(environment_of("celery"))["services"]
    metrics = services["scheduler-metrics"]["environment"]
    assert metrics["AWS_REGION"] == metrics["AWS_DEFAULT_REGION"] == "eu-central-1"


def test_topology_without_broker_starts_no_redis() -> None:
    assert "redis" not in composed(environment_of("local_executor"))["services"]


def test_ports_are_published_on_loopback_only() -> None:
    services = composed(environment_of("celery"))["services"]
    ports = [port for service in services.values() for port in service.get("ports", ())]
    assert sorted(ports) == ["127.0.0.1:8080:8080", "127.0.0.1::5000"]
    assert services["api-server"]["environment"]["AIRFLOW__API__BASE_URL"] == BASE_URL


@pytest.mark.parametrize("dags", [GIT_SSH, GIT_BUNDLE], ids=["git_sync", "git_bundle"])
def test_mounted_folder_replaces_git_delivery(dags: dict[str, Any]) -> None:
    services = composed(environment_of("celery", dags=dags))["services"]
    assert not [name for name in services if "git" in name]
    for name in ("dag-processor", "triggerer", "worker-default"):
        environment = services[name]["environment"]
        folder = environment.get("AIRFLOW__CORE__DAGS_FOLDER", "/opt/airflow/dags")
        mounts = [mount for mount in services[name]["volumes"] if mount["source"] == "/somewhere/dags"]
        assert [(mount["target"], mount["read_only"]) for mount in mounts] == [(folder, True)], name
        assert BUNDLES not in environment
    assert "/somewhere/dags" not in str(services["api-server"]["volumes"])


@pytest.mark.feature("T9")
def test_local_run_has_no_teams_because_the_mounted_folder_is_one_bundle() -> None:
    services = composed(environment_of("celery", **TWO_TEAMS))["services"]
    assert {"worker-default", "worker-sales", "worker-ops"} <= services.keys()
    variables = {name for service in services.values() for name in service.get("environment", {})}
    assert not [name for name in variables if "GIT" in name or "TEAMS" in name or "BUNDLE_CONFIG" in name]
    users = [
        service["environment"].get("AIRFLOW_DB_USER", "") for service in services.values() if "environment" in service
    ]
    assert set(filter(None, users)) == {"airflow"}


def test_mounted_folder_replaces_baked_dags_in_every_service() -> None:
    services = composed(environment_of("celery", dags={"delivery": "baked"}))["services"]
    assert "/somewhere/dags" in str(services["scheduler"]["volumes"])
    assert "/somewhere/dags" not in str(services["migrate"]["volumes"])


def test_git_delivery_runs_the_sidecars_as_deployed() -> None:
    services = composed(environment_of("celery", dags=GIT_SSH), mount_dags=False)["services"]
    worker = services["worker-default"]
    assert worker["depends_on"]["worker-default-git-clone"] == {"condition": "service_completed_successfully"}
    shared = {mount["source"] for mount in worker["volumes"]} & {
        mount["source"] for mount in services["worker-default-git-sync"]["volumes"]
    }
    assert "worker-default-dags" in shared


def test_dollar_signs_survive_compose() -> None:
    services = composed(environment_of("celery", **CUSTOM))["services"]
    assert CUSTOM["airflow"]["config"] == {"AIRFLOW__SMTP__SMTP_MAIL_FROM": "a${b}$c"}
    assert services["scheduler"]["environment"]["AIRFLOW__SMTP__SMTP_MAIL_FROM"] == "a$${b}$$c"


def test_same_definitions_give_the_same_bytes(tmp_path: Path) -> None:
    deployment = environment_of("celery")
    first, second = (written(deployment, Project(environment="dev", home=tmp_path / name)) for name in ("a", "b"))
    assert first == second
    assert localized(deployment) == localized(deployment)


@pytest.mark.feature("R2", "D8")
def test_local_components_use_the_password_because_postgresql_cannot_check_tokens() -> None:
    deployed_tasks = environment_of("celery", database={"authentication": "iam"})
    assert "AIRFLOW_DB_AUTHENTICATION" in str(definitions(deployed_tasks)["scheduler"])
    for task in localized(deployed_tasks):
        for container in task.task.containers:
            assert "AIRFLOW_DB_AUTHENTICATION" not in container.environment, container.name
            assert ("AIRFLOW_DB_PASSWORD" in container.secrets) is ("AIRFLOW_DB_HOST" in container.environment)


@pytest.mark.feature("R2", "T9")
def test_local_components_share_one_token_of_the_broker_because_redis_cannot_check_tokens_of_iam() -> None:
    deployed_tasks = environment_of("celery", **TWO_TEAMS)
    assert "AIRFLOW_BROKER_TEAM" in str(definitions(deployed_tasks)["worker-sales"])
    for task in localized(deployed_tasks):
        for container in task.task.containers:
            ours = {name for name in container.environment if name.startswith("AIRFLOW_BROKER_")}
            assert ours in (set(), {"AIRFLOW_BROKER_HOST", "AIRFLOW_BROKER_PORT"}), container.name
            token = container.secrets.get("AIRFLOW_BROKER_PASSWORD")
            assert token == ("/airflow/dev/broker-auth-token" if ours else None), container.name


@pytest.mark.feature("R2", "L6")
def test_local_run_sends_nothing_to_the_receivers_of_telemetry() -> None:
    receiver = {"endpoint": "https://telemetry.example.com", "authenticate": True}
    deployment = environment_of("celery", telemetry={"otlp": receiver, "openlineage": receiver})
    assert "telemetry.example.com" in deployment.text
    started = composed(deployment)["services"]
    assert not [name for name, service in started.items() if "telemetry.example.com" in str(service)]
    assert not [name for name, service in started.items() if "OTEL_" in str(service) or "OPENLINEAGE" in str(service)]
