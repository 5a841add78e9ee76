"""Secrets: values are in neither synthesized JSON nor state."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.reading import AIRFLOW_TASK_ROLE, fargate_tasks, grants, role_of, services
from tests.synthesis import deployed
from tests.unit.environments.cases import GIT_SSH
from tests.unit.modules.variants import CUSTOM, LARGE

SHARED = {
    "AIRFLOW__CORE__FERNET_KEY": "fernet-key",
    "AIRFLOW__API_AUTH__JWT_SECRET": "jwt-secret",
    "AIRFLOW__API__SECRET_KEY": "api-secret-key",
}
DATABASE = {"AIRFLOW_DB_PASSWORD": "database-password"}
BROKER = {"AIRFLOW_BROKER_PASSWORD": "broker-auth-token"}
RANDOM_PASSWORD = "ephemeral.aws_secretsmanager_random_password"
SECRET_WORD = re.compile(r"password|secret|token|fernet|private_key|_key$", re.IGNORECASE)
NO_SECRETS = {"AIRFLOW_SECRET_VERSIONS", "AIRFLOW__SECRETS__BACKEND", "AIRFLOW__SECRETS__BACKEND_KWARGS"}
VALUES = re.compile(r"(?<![\w/+:.-])[A-Za-z0-9_-]{43}=(?![\w=])|AKIA[0-9A-Z]{16}|-----BEGIN|://[^/\s:@$]+:[^/\s@$]+@")


@pytest.mark.feature("S1")
def test_secrets_are_secure_strings_with_a_customer_managed_key() -> None:
    deployment = deployed()
    parameters = deployment.of("aws_ssm_parameter")
    wanted = {*SHARED.values(), *DATABASE.values(), *BROKER.values(), "admin-password"}
    assert {parameter.body["name"] for parameter in parameters} == {f"/airflow/dev/{name}" for name in wanted}
    for parameter in parameters:
        assert parameter.body["type"] == "SecureString", parameter.address
        key = deployment.resolve(parameter.body["key_id"])
        assert key.get("enable_key_rotation") is True
        assert "Secrets" in key.body["description"]


@pytest.mark.feature("S1")
def test_values_come_from_ephemeral_resources() -> None:
    deployment = deployed()
    for parameter in deployment.of("aws_ssm_parameter"):
        assert parameter.body.get("value") is None, parameter.address
        assert parameter.body["value_wo"].startswith("${ephemeral.aws_secretsmanager_random_password."), (
            parameter.address
        )
    database = deployment.only("aws_db_instance")
    assert database.body.get("password") is None
    assert database.body["password_wo"] == "${ephemeral.aws_ssm_parameter.database_password.value}"
    made = deployment.template_of("foundation").of_type(RANDOM_PASSWORD)
    assert len(made) == len(deployment.of("aws_ssm_parameter"))
    assert min(password.values["password_length"] for password in made) >= 24


@pytest.mark.feature("S1")
def test_fernet_key_is_32_bytes_of_url_safe_base64() -> None:
    deployment = deployed()
    suffix = deployment.only("aws_ssm_parameter", name="/airflow/dev/fernet-key").body["value_wo"].rsplit("}", 1)[1]
    password = deployment.template_of("foundation").one(f"{RANDOM_PASSWORD}.secrets_fernet_key").values
    assert password["exclude_punctuation"] is True
    assert (password["password_length"], suffix) == (42, "A="), "43 characters of 6 bits, the last with 4, and the pad"


@pytest.mark.feature("S2")
@pytest.mark.parametrize("changes", [{}, LARGE, CUSTOM, {"dags": GIT_SSH}])
def test_synthesized_json_contains_no_secret_value(changes: dict[str, Any]) -> None:
    deployment = deployed(**changes)
    assert not VALUES.findall(deployment.text)
    for task in fargate_tasks(deployment).values():
        for container in task.containers:
            suspicious = {name for name in container.environment if SECRET_WORD.search(name)}
            assert suspicious <= NO_SECRETS, (task.name, container.name)


@pytest.mark.feature("S2")
def test_search_for_secret_values_finds_examples() -> None:
    fernet = "k3-" + "x" * 40 + "="
    for value in (f'"{fernet}"', "AKIAABCDEFGHIJKLMNOP", "-----BEGIN KEY", "redis://user:word@host"):
        assert VALUES.search(value), value


@pytest.mark.feature("S2")
def test_write_only_arguments_contain_references_only() -> None:
    found = [value for block in deployed(**CUSTOM).template.resources for value in _write_only(block.values)]
    assert len(found) == 8, "six parameters, the database's password, the proxy's credentials"
    assert all("ephemeral." in value for value in found)


@pytest.mark.feature("S2")
@pytest.mark.parametrize("changes", [{}, LARGE, CUSTOM])
def test_no_argument_in_the_state_contains_a_secret(changes: dict[str, Any]) -> None:
    kept = {"password", "value", "insecure_value", "secret_string", "secret_binary", "auth_token", "secret"}
    for resource in deployed(**changes).configuration.resources.values():
        assert not {name for name in kept if resource.body.get(name) is not None}, resource.address


def _write_only(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name.endswith("_wo"):
                yield item
            else:
                yield from _write_only(item)
    elif isinstance(value, list):
        for item in value:
            yield from _write_only(item)


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
def test_task_roles_read_connections_and_variables_only() -> None:
    deployment = deployed()
    folders = {
        f"arn:aws:ssm:eu-central-1:111111111111:parameter/airflow/dev/{kind}/*" for kind in ("connections", "variables")
    }
    for name, (_, task) in services(deployment).items():
        role = role_of(deployment, task, AIRFLOW_TASK_ROLE)
        reading = [
            grant for grant in grants(deployment, role) if any(action.startswith("ssm:Get") for action in grant.actions)
        ]
        assert {resource for grant in reading for resource in grant.resources} == folders, name


@pytest.mark.feature("S5")
def test_disabled_secrets_backend_has_no_permission() -> None:
    deployment = deployed(**CUSTOM)
    assert "AIRFLOW__SECRETS__BACKEND" not in deployment.text
    assert not [grant for grant in grants(deployment) if grant.policy == "read-connections-and-variables"]
