"""Receivers of telemetry: variables, secrets and the way to them."""

from __future__ import annotations

import pytest

from tests.reading import EXECUTION_ROLE, fargate_tasks, grants, role_of, rules, services
from tests.synthesis import deployed
from tests.unit.modules.variants import EXISTING

BOTH = {
    "otlp": {"endpoint": "https://otel.example.com:4318/otlp", "authenticate": True},
    "openlineage": {"endpoint": "https://lineage.example.com", "authenticate": True},
}
SENDING = {"telemetry": BOTH}
PARAMETERS = "arn:aws:ssm:eu-central-1:111111111111:parameter/airflow/dev/"
HEADERS = {"OTEL_EXPORTER_OTLP_HEADERS": f"{PARAMETERS}otlp-headers"}
API_KEY = {"OPENLINEAGE_API_KEY": f"{PARAMETERS}openlineage-api-key"}


@pytest.mark.feature("L6")
def test_every_component_sends_traces_with_its_name() -> None:
    for name, (_, task) in services(deployed(**SENDING)).items():
        environment = task.main.environment
        assert environment["AIRFLOW__TRACES__OTEL_ON"] == "True", name
        assert environment["OTEL_EXPORTER_OTLP_ENDPOINT"] == "https://otel.example.com:4318/otlp"
        assert (environment["OTEL_SERVICE_NAME"], environment["OTEL_RESOURCE_ATTRIBUTES"]) == (
            name,
            "service.namespace=airflow-dev",
        )
        assert HEADERS.items() <= task.main.secrets.items()


@pytest.mark.feature("L6")
def test_metrics_go_to_the_receiver_and_still_to_cloudwatch() -> None:
    for name, (_, task) in services(deployed(**SENDING)).items():
        agent = task.container("statsd")
        assert task.main.environment["AIRFLOW__METRICS__STATSD_ON"] == "True", "alarms need StatsD"
        assert agent.environment["OTEL_SERVICE_NAME"] == name
        assert agent.secrets == HEADERS


@pytest.mark.feature("L6")
@pytest.mark.parametrize(
    ("topology", "silent"), [("celery", {"dag-processor"}), ("local_executor", {"dag-processor"}), ("single", set())]
)
def test_lineage_comes_from_components_that_change_the_state_of_airflow_tasks(topology: str, silent: set[str]) -> None:
    found = services(deployed(topology=topology, **SENDING))
    sending = {name for name, (_, task) in found.items() if "OPENLINEAGE_URL" in task.main.environment}
    assert sending == set(found) - silent
    for name in sending:
        main = found[name][1].main
        assert main.environment["OPENLINEAGE_URL"] == "https://lineage.example.com"
        assert main.environment["AIRFLOW__OPENLINEAGE__NAMESPACE"] == "airflow-dev"
        assert API_KEY.items() <= main.secrets.items()


@pytest.mark.feature("L6")
def test_path_of_a_lineage_address_replaces_the_default_path() -> None:
    lineage = {"openlineage": {"endpoint": "https://data.example.com/openapi/openlineage/api/v1/lineage"}}
    (_, task) = services(deployed(telemetry=lineage))["scheduler"]
    assert task.main.environment["OPENLINEAGE_URL"] == "https://data.example.com"
    assert task.main.environment["OPENLINEAGE_ENDPOINT"] == "openapi/openlineage/api/v1/lineage"


@pytest.mark.feature("L6")
def test_execution_role_reads_the_secrets_and_terraform_does_not_contain_them() -> None:
    deployment = deployed(**SENDING)
    task = fargate_tasks(deployment)["scheduler"]
    read = {arn for grant in grants(deployment, role_of(deployment, task, EXECUTION_ROLE)) for arn in grant.resources}
    assert {*HEADERS.values(), *API_KEY.values()} <= read
    migrate = fargate_tasks(deployment)["migrate"]
    assert not {*HEADERS, *API_KEY, "OTEL_EXPORTER_OTLP_ENDPOINT"} & {*migrate.main.secrets, *migrate.main.environment}


@pytest.mark.feature("L6", "N3")
def test_port_of_a_public_receiver_is_open_to_the_components_that_send() -> None:
    deployment = deployed(**SENDING)
    opened = {rule.group for rule in rules(deployment, egress=True) if (rule.peer, rule.port) == ("0.0.0.0/0", 4318)}
    assert opened == set(services(deployment))
    assert not [rule for rule in rules(deployed(), egress=True) if rule.port == 4318]


@pytest.mark.feature("L6", "N3")
def test_private_receiver_is_reached_by_its_block_only() -> None:
    private = {"otlp": {"endpoint": "http://otel.internal:4318", "cidr": "10.50.0.0/24"}}
    deployment = deployed(network=EXISTING, telemetry=private)
    assert {rule.peer for rule in rules(deployment, egress=True) if rule.port == 4318} == {"10.50.0.0/24"}


@pytest.mark.feature("L6")
def test_nothing_is_sent_without_the_keys() -> None:
    text = deployed().text
    assert "OTEL_" not in text
    assert "OPENLINEAGE" not in text
