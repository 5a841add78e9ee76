"""S1 to S3, S5: where secrets are, who may read which, and that no value is in what Terraform keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.reading import AIRFLOW_TASK_ROLE, EXECUTION_ROLE, fargate_tasks, grants, role_of, services
from tests.synthesis import Deployment, deployed
from tests.unit.environments.cases import GIT_SSH
from tests.unit.modules.large import CUSTOM, LARGE

SHARED = {
    "AIRFLOW__CORE__FERNET_KEY": "fernet-key",
    "AIRFLOW__API_AUTH__JWT_SECRET": "jwt-secret",
    "AIRFLOW__API__SECRET_KEY": "api-secret-key",
}
DATABASE = {"AIRFLOW_DB_PASSWORD": "database-password"}
BROKER = {"AIRFLOW_BROKER_PASSWORD": "broker-auth-token"}
WHO_HAS_WHAT: dict[str, dict[str, str]] = {
    "api-server": SHARED | DATABASE | BROKER,
    "scheduler": SHARED | DATABASE | BROKER,
    "dag-processor": SHARED | DATABASE,
    "triggerer": SHARED | DATABASE,
    "worker-small": {"AIRFLOW__API__SECRET_KEY": "api-secret-key"} | DATABASE | BROKER,
    "worker-big": {"AIRFLOW__API__SECRET_KEY": "api-secret-key"} | DATABASE | BROKER,
    "flower": BROKER,
    "db-clean": DATABASE,
    "migrate": DATABASE | {"AIRFLOW_ADMIN_PASSWORD": "admin-password"},
}
SECRET_WORD = re.compile(r"password|secret|token|fernet|private_key|_key$", re.IGNORECASE)
NO_SECRETS = {"AIRFLOW_SECRET_VERSIONS", "AIRFLOW__SECRETS__BACKEND", "AIRFLOW__SECRETS__BACKEND_KWARGS"}
VALUES = re.compile(r"(?<![\w/+:.-])[A-Za-z0-9_-]{43}=(?![\w=])|AKIA[0-9A-Z]{16}|-----BEGIN|://[^/\s:@$]+:[^/\s@$]+@")


@pytest.mark.feature("S1")
def test_every_secret_is_a_secure_string_under_a_key_of_ours() -> None:
    deployment = deployed()
    parameters = deployment.of("aws_ssm_parameter")
    wanted = {*SHARED.values(), *DATABASE.values(), *BROKER.values(), "admin-password"}
    assert {one.body["name"] for one in parameters} == {f"/airflow/dev/{name}" for name in wanted}
    for one in parameters:
        assert one.body["type"] == "SecureString", one.address
        key = deployment.named(one.body["key_id"])
        assert key.get("enable_key_rotation") is True
        assert "Secrets" in key.body["description"]


@pytest.mark.feature("S1")
def test_values_are_made_where_nobody_keeps_them() -> None:
    deployment = deployed()
    for one in deployment.of("aws_ssm_parameter"):
        assert one.body.get("value") is None, one.address
        assert one.body["value_wo"].startswith("${ephemeral.aws_secretsmanager_random_password."), one.address
    database = deployment.only("aws_db_instance")
    assert database.body.get("password") is None
    assert database.body["password_wo"] == "${ephemeral.aws_ssm_parameter.database_password.value}"
    made = deployment.foundation["ephemeral"]["aws_secretsmanager_random_password"]
    assert len(made) == len(deployment.of("aws_ssm_parameter"))
    assert min(one["password_length"] for one in made.values()) >= 24


@pytest.mark.feature("S1")
def test_a_fernet_key_is_32_bytes_of_url_safe_base64() -> None:
    deployment = deployed()
    suffix = deployment.only("aws_ssm_parameter", name="/airflow/dev/fernet-key").body["value_wo"].rsplit("}", 1)[1]
    recipe = deployment.foundation["ephemeral"]["aws_secretsmanager_random_password"]["secrets_fernet_key"]
    assert recipe["exclude_punctuation"] is True
    assert (recipe["password_length"], suffix) == (42, "A="), "43 characters of 6 bits, the last with 4, and the pad"


@pytest.mark.feature("S2")
@pytest.mark.parametrize("changes", [{}, LARGE, CUSTOM, {"dags": GIT_SSH}])
def test_no_value_that_looks_like_a_secret_is_written(changes: dict[str, Any]) -> None:
    deployment = deployed(**changes)
    assert not VALUES.findall(deployment.text)
    for task in fargate_tasks(deployment).values():
        for container in task.containers:
            suspicious = {name for name in container.environment if SECRET_WORD.search(name)}
            assert suspicious <= NO_SECRETS, (task.name, container.name)


@pytest.mark.feature("S2")
def test_the_search_for_values_finds_what_it_looks_for() -> None:
    fernet = "k3-" + "x" * 40 + "="
    for value in (f'"{fernet}"', "AKIAABCDEFGHIJKLMNOP", "-----BEGIN KEY", "redis://user:word@host"):
        assert VALUES.search(value), value


@pytest.mark.feature("S2")
def test_write_only_arguments_hold_references_only() -> None:
    deployment = deployed(**CUSTOM)
    found = [value for stack in deployment.stacks.values() for value in _write_only(stack)]
    assert len(found) == 8, "six parameters, the database's password, the proxy's credentials"
    assert all("ephemeral." in value for value in found)


@pytest.mark.feature("S2")
@pytest.mark.parametrize("changes", [{}, LARGE, CUSTOM])
def test_no_argument_that_the_state_would_keep_holds_a_secret(changes: dict[str, Any]) -> None:
    kept = {"password", "value", "insecure_value", "secret_string", "secret_binary", "auth_token", "secret"}
    for resource in deployed(**changes).configuration.resources.values():
        assert not {name for name in kept if resource.body.get(name) is not None}, resource.address


def _write_only(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name.endswith("_wo"):
                yield item
            else:
                yield from _write_only(item)
    elif isinstance(value, list):
        for item in value:
            yield from _write_only(item)


@pytest.mark.feature("S3")
def test_every_fargate_task_has_exactly_its_secrets() -> None:
    deployment = deployed(**LARGE)
    tasks = fargate_tasks(deployment)
    assert {name: _secrets(deployment, task.main.secrets) for name, task in tasks.items()} == WHO_HAS_WHAT


@pytest.mark.feature("S3")
@pytest.mark.parametrize("topology", ["single", "local_executor"])
def test_the_same_shared_secrets_in_every_topology(topology: str) -> None:
    deployment = deployed(topology=topology)
    for name, (_, task) in services(deployment).items():
        assert _secrets(deployment, task.main.secrets) == SHARED | DATABASE, name


def _secrets(deployment: Deployment, secrets: dict[str, str]) -> dict[str, str]:
    prefix = "/airflow/dev/"
    return {name: deployment.named(arn).body["name"].removeprefix(prefix) for name, arn in secrets.items()}


@pytest.mark.feature("S3")
def test_the_execution_role_may_read_what_its_containers_need_and_no_more() -> None:
    deployment = deployed(**LARGE)
    for name, task in fargate_tasks(deployment).items():
        needed = {arn for container in task.containers for arn in container.secrets.values()}
        allowed = {
            resource
            for grant in grants(deployment, role_of(deployment, task, EXECUTION_ROLE))
            if "ssm:GetParameters" in grant.actions
            for resource in grant.resources
        }
        assert allowed == needed, name


@pytest.mark.feature("S3")
def test_decryption_is_bound_to_the_parameter() -> None:
    decrypting = [
        grant for grant in grants(deployed()) if grant.role.endswith("-exec") and "kms:Decrypt" in grant.actions
    ]
    assert decrypting
    for grant in decrypting:
        assert "kms:EncryptionContext:PARAMETER_ARN" in json.dumps(grant.conditions), str(grant)


@pytest.mark.feature("S3")
def test_a_changed_secret_rolls_the_services_that_use_it() -> None:
    main = services(deployed())["dag-processor"][1].main
    versions = dict(item.split(":", 1) for item in main.environment["AIRFLOW_SECRET_VERSIONS"].split(","))
    assert set(versions) == {"fernet-key", "jwt-secret", "api-secret-key", "database-password"}
    assert all(".version" in version for version in versions.values())


@pytest.mark.feature("S5")
def test_connections_and_variables_come_from_parameter_store() -> None:
    deployment = deployed()
    for name, (_, task) in services(deployment).items():
        environment = task.main.environment
        assert environment["AIRFLOW__SECRETS__BACKEND"].endswith(".SystemsManagerParameterStoreBackend"), name
        prefixes = json.loads(environment["AIRFLOW__SECRETS__BACKEND_KWARGS"])
        assert prefixes["connections_prefix"] == "/airflow/dev/connections"
        assert prefixes["variables_prefix"] == "/airflow/dev/variables"


@pytest.mark.feature("S5")
def test_task_roles_read_below_these_two_folders_and_nowhere_else() -> None:
    deployment = deployed()
    folders = {
        f"arn:aws:ssm:eu-central-1:111111111111:parameter/airflow/dev/{kind}/*" for kind in ("connections", "variables")
    }
    for name, (_, task) in services(deployment).items():
        role = role_of(deployment, task, AIRFLOW_TASK_ROLE)
        reading = [
            one for one in grants(deployment, role) if any(action.startswith("ssm:Get") for action in one.actions)
        ]
        assert {resource for one in reading for resource in one.resources} == folders, name


@pytest.mark.feature("S5")
def test_switched_off_leaves_no_permission() -> None:
    deployment = deployed(**CUSTOM)
    assert "AIRFLOW__SECRETS__BACKEND" not in deployment.text
    assert not [one for one in grants(deployment) if one.policy == "read-connections-and-variables"]
