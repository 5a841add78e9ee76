"""A team has its own bundle, secrets, logs and destinations, and the worker groups of others reach none of them."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from terraform_gate.finding import Verdict
from terraform_gate.network.addresses import addresses
from terraform_gate.network.model import Endpoint, Kind
from terraform_gate.network.reach import Reach, decide
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import service
from terraform_gate.rules.catalog import all_rules

from environments.derived.quota_usage import quota_usage
from environments.facts.quotas import INLINE_POLICY_CHARACTERS, TASK_DEFINITION_BYTES
from environments.facts.teams import database_user
from environments.yaml_reader import read_mapping
from modules.core.grants import RoleSettings
from modules.core.role_boundary import boundary_statements
from tests.reading import AIRFLOW_TASK_ROLE, EXECUTION_ROLE, fargate_tasks, grants, role_of
from tests.synthesis import deployed
from tests.unit.environments.cases import TWO_TEAMS, messages

pytestmark = pytest.mark.feature("T9")
PARAMETERS = "arn:aws:ssm:eu-central-1:111111111111:parameter/airflow/dev"
BUNDLES = "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"
OF_AIRFLOW = (
    "AIRFLOW_DB_PASSWORD",
    "AIRFLOW__API_AUTH__JWT_SECRET",
    "AIRFLOW__CORE__FERNET_KEY",
)
OF_WHOM = {
    "worker-default": ["dags"],
    "worker-sales": ["sales"],
    "worker-ops": ["ops"],
    "dag-processor": ["dags", "ops", "sales"],
    "triggerer": ["dags", "ops", "sales"],
}
"""The DAG bundles of each process."""


def resources(process: str, kind: str, action: str) -> set[str]:
    """The resources on which a role of ``process`` may perform ``action``."""
    deployment = deployed(**TWO_TEAMS)
    role = role_of(deployment, fargate_tasks(deployment)[process], kind)
    return {item for grant in grants(deployment, role) if action in grant.actions for item in grant.resources}


@pytest.mark.parametrize("service", OF_WHOM)
def test_process_has_the_bundles_and_deploy_keys_of_its_teams_only(service: str) -> None:
    main = fargate_tasks(deployed(**TWO_TEAMS))[service].main
    bundles = json.loads(main.environment[BUNDLES])
    assert [bundle["name"] for bundle in bundles] == OF_WHOM[service]
    suffixes = {name: "" if name == "dags" else f"_{name.upper()}" for name in OF_WHOM[service]}
    assert [bundle["kwargs"]["git_conn_id"] for bundle in bundles] == [
        f"git_dags{s.lower()}" for s in suffixes.values()
    ]
    repositories = {name for name in main.environment if name.startswith("AIRFLOW_GIT_REPO")}
    assert repositories == {f"AIRFLOW_GIT_REPO{suffix}" for suffix in suffixes.values()}
    keys = {name: value for name, value in main.secrets.items() if name.startswith("AIRFLOW_GIT_DEPLOY_KEY")}
    assert keys == {
        f"AIRFLOW_GIT_DEPLOY_KEY{suffix}": f"{PARAMETERS}/{'' if name == 'dags' else f'teams/{name}/'}git-deploy-key"
        for name, suffix in suffixes.items()
    }
    read = resources(service, EXECUTION_ROLE, "ssm:GetParameters")
    assert {arn for arn in read if arn.endswith("git-deploy-key")} == set(keys.values())


def test_services_of_a_team_and_their_fargate_tasks_have_its_name_as_a_tag() -> None:
    template = deployed(**TWO_TEAMS).template_of("airflow")
    for group, tags in {"sales": {"Team": "sales"}, "ops": {"Team": "ops"}, "default": {}}.items():
        expected = {"Name": f"airflow-dev-worker-{group}", **tags}
        template.any("aws_ecs_service", name=f"worker-{group}", tags=expected, propagate_tags="SERVICE")


def test_worker_reads_connections_and_variables_of_its_own_team_only() -> None:
    for process, path in {
        "worker-sales": "teams/sales/",
        "worker-ops": "teams/ops/",
        "worker-default": "",
        "api-server": "",
        "triggerer": "",
    }.items():
        read = resources(process, AIRFLOW_TASK_ROLE, "ssm:GetParameter")
        assert read == {f"{PARAMETERS}/{path}connections/*", f"{PARAMETERS}/{path}variables/*"}, process
    main = fargate_tasks(deployed(**TWO_TEAMS))["worker-ops"].main
    assert json.loads(main.environment["AIRFLOW__SECRETS__BACKEND_KWARGS"]) == {
        "connections_prefix": "/airflow/dev/teams/ops/connections",
        "variables_prefix": "/airflow/dev/teams/ops/variables",
        "config_prefix": None,
    }


def test_worker_reads_and_writes_the_logs_of_its_own_team_only() -> None:
    for process, logs in {
        "worker-sales": "dag_id=sales.*",
        "worker-ops": "dag_id=ops.*",
        "worker-default": "*",
    }.items():
        written = resources(process, AIRFLOW_TASK_ROLE, "s3:PutObject")
        assert {arn.partition("/task-logs/")[2] for arn in written} == {logs}, process
        assert all(arn.endswith(f"/task-logs/{logs}") for arn in written), process
    cloudwatch = deployed(**TWO_TEAMS, logs={"destination": "cloudwatch"})
    role = role_of(cloudwatch, fargate_tasks(cloudwatch)["worker-ops"], AIRFLOW_TASK_ROLE)
    put = {arn for grant in grants(cloudwatch, role) if "logs:PutLogEvents" in grant.actions for arn in grant.resources}
    assert {arn.partition(":log-stream:")[2] for arn in put if ":log-stream:" in arn} == {"dag_id=ops.*"}


def test_connection_to_the_destination_or_to_a_worker_of_another_team_is_closed() -> None:
    network = network_of(deployed(**TWO_TEAMS).configuration)
    warehouse = Endpoint(name="warehouse", kind=Kind.ADDRESSES, addresses=addresses("198.51.100.7/32"))
    reached = {
        name: decide(network, endpoint, warehouse, service=service("tcp", 5439)).reach
        for name, endpoint in network.endpoints.items()
        if name in OF_WHOM
    }
    assert reached == {name: Reach.OPEN if name == "worker-sales" else Reach.CLOSED for name in OF_WHOM}
    sales, ops = network.endpoints["worker-sales"], network.endpoints["worker-ops"]
    assert decide(network, sales, ops, service=service("tcp", 8793)).reach is Reach.CLOSED


def test_data_of_a_team_is_readable_by_its_worker_group_only() -> None:
    deployment = deployed(**TWO_TEAMS)
    data = "arn:aws:s3:::data-of-sales/*"
    allowed = {
        name
        for name, task in fargate_tasks(deployment).items()
        for grant in grants(deployment, role_of(deployment, task, AIRFLOW_TASK_ROLE))
        if data in grant.resources
    }
    assert allowed == {"worker-sales"}


def test_worker_group_logs_in_to_the_database_as_the_user_of_its_team_and_has_no_password() -> None:
    deployment = deployed(**TWO_TEAMS)
    instance = "${dev-foundation//aws_db_instance.database.resource_id}"
    users = {
        "worker-default": "airflow_worker",
        "worker-sales": "airflow_worker_sales",
        "worker-ops": "airflow_worker_ops",
    }
    for process, user in users.items():
        main = fargate_tasks(deployment)[process].main
        assert (main.environment["AIRFLOW_DB_USER"], main.environment["AIRFLOW_DB_AUTHENTICATION"]) == (user, "iam")
        own = f"arn:aws:rds-db:eu-central-1:111111111111:dbuser:{instance}/{user}"
        assert resources(process, AIRFLOW_TASK_ROLE, "rds-db:connect") == {own}
        assert not [name for name in main.secrets if name in OF_AIRFLOW], process
        read = resources(process, EXECUTION_ROLE, "ssm:GetParameters")
        assert not [arn for arn in read if "database" in arn], process
    migrate = fargate_tasks(deployment)["migrate"].main
    assert migrate.environment["AIRFLOW_DB_WORKER_USERS"] == ",".join(sorted(users.values()))
    others = {"scheduler", "api-server", "dag-processor", "triggerer", "migrate", "db-clean"}
    assert {fargate_tasks(deployment)[name].main.environment["AIRFLOW_DB_USER"] for name in others} == {"airflow"}


def test_permissions_boundary_permits_the_logins_of_workers() -> None:
    boundary = boundary_statements("airflow", RoleSettings(account_id="111111111111", region="eu-central-1"))
    (logins,) = (item["Resource"] for item in boundary if "rds-db:connect" in item["Action"])
    for user in ("airflow", database_user(None), database_user("data-science")):
        arn = f"arn:aws:rds-db:eu-central-1:111111111111:dbuser:db-ABC/{user}"
        assert any(fnmatchcase(arn, pattern) for pattern in logins), user
    assert not any(fnmatchcase("arn:aws:rds-db:eu-central-1:111111111111:dbuser:db-ABC/admin", item) for item in logins)


def test_example_of_the_documentation_is_valid() -> None:
    page = (Path(__file__).parents[4] / "docs/teams.md").read_text("utf-8")
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert messages(**read_mapping(example)) == []


def test_cluster_policy_knows_the_queues_and_pools_of_every_team() -> None:
    for process in ("dag-processor", "scheduler", "worker-sales"):
        main = fargate_tasks(deployed(**TWO_TEAMS))[process].main
        assert json.loads(main.environment["AIRFLOW_TEAMS"]) == {
            "ops": {"pool_slots": 8, "queues": ["ops", "ops.slow"]},
            "sales": {"pool_slots": 128, "queues": ["sales"]},
        }, process
    assert "AIRFLOW_TEAMS" not in deployed().text


def test_gate_has_no_finding_of_ours_about_teams() -> None:
    configuration = deployed(**TWO_TEAMS).configuration
    found = [
        finding
        for rule in all_rules()
        for finding in rule.evaluate(configuration)
        if finding.verdict is not Verdict.PASS
    ]
    assert not [finding for finding in found if "sales" in str(finding) or "ops" in str(finding)]


def test_most_teams_with_the_longest_names_fit_into_the_quotas() -> None:
    names = [f"team-{number}-".ljust(20, "x") for number in range(10)]
    many: dict[str, Any] = {
        **TWO_TEAMS,
        "workers": [TWO_TEAMS["workers"][0], *({"name": name, "queues": [name], "max_count": 1} for name in names)],
        "teams": [
            {"name": name, "worker_groups": [name], "repository": f"git@github.com:example/{name}.git"}
            for name in names
        ],
    }
    deployment = deployed(**many)
    task = fargate_tasks(deployment)["dag-processor"]
    role = role_of(deployment, task, EXECUTION_ROLE)
    policies = [item for item in deployment.of("aws_iam_role_policy") if deployment.resolve(item.body["role"]) == role]
    assert sum(len(item.body["policy"]) for item in policies) < INLINE_POLICY_CHARACTERS.limit
    definition = deployment.only("aws_ecs_task_definition", family="airflow-dev-dag-processor")
    used = next(item.used for item in quota_usage(deployment.environment) if item.quota is TASK_DEFINITION_BYTES)
    assert len(definition.body["container_definitions"].encode()) <= used < TASK_DEFINITION_BYTES.limit
