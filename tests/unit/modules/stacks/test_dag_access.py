"""What the DAGs of a service need beyond Airflow itself reaches its security group, its roles and its containers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from terraform_gate.finding import Verdict
from terraform_gate.rules.catalog import all_rules

from tests.reading import endpoint_name, statements
from tests.synthesis import Deployment, deployed
from tests.unit.environments.cases import DAG_ACCESS, WITH_DAG_ACCESS

SERVICES: dict[str, dict[str, Any]] = {
    "worker-default": WITH_DAG_ACCESS,
    "triggerer": {"components": {"triggerer": DAG_ACCESS}},
    "scheduler": {"topology": "local_executor", "components": {"scheduler": DAG_ACCESS}},
    "airflow-task": {"topology": "ecs", "ecs_executor": DAG_ACCESS},
    "standalone": {"topology": "single", "components": {"standalone": DAG_ACCESS}},
}
"""Each service that runs code of DAGs, with an environment that gives it access."""


def _iam(deployment: Deployment, service: str) -> list[str]:
    """Actions and managed policies of the two roles of a service."""
    prefix = service.replace("-", "_")
    inline = [item for item in deployment.of("aws_iam_role_policy") if f".{prefix}_" in item.address]
    attached = [item for item in deployment.of("aws_iam_role_policy_attachment") if f".{prefix}_" in item.address]
    found = [json.dumps(statement) for item in inline for statement in statements(item.body["policy"])]
    return found + [item.body["policy_arn"] for item in attached]


@pytest.mark.feature("N8")
@pytest.mark.parametrize("service", SERVICES)
def test_service_reaches_the_destinations_of_its_dags_and_no_other_service_does(service: str) -> None:
    deployment = deployed(**SERVICES[service])
    found = deployment.of("aws_vpc_security_group_egress_rule")
    opened = [rule.body for rule in found if rule.body["from_port"] in {587, 465, 5439, 1521}]
    assert {endpoint_name(deployment, rule["security_group_id"]) for rule in opened} == {service}
    assert sorted(rule["to_port"] for rule in opened) == [465, 587, 1521, 5441]
    (redshift,) = deployment.of("aws_vpc_security_group_egress_rule", description="Redshift of the data team")
    assert (redshift.body["from_port"], redshift.body["to_port"]) == (5439, 5441)
    (oracle,) = deployment.of("aws_vpc_security_group_egress_rule", description="Oracle of the ERP")
    assert oracle.body["referenced_security_group_id"] == "sg-0123456789abcdef0"


@pytest.mark.feature("N8")
@pytest.mark.parametrize("service", SERVICES)
def test_service_has_the_permissions_and_secrets_of_its_dags(service: str) -> None:
    deployment = deployed(**SERVICES[service])
    iam = _iam(deployment, service)
    assert "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" in iam
    text = "\n".join(iam)
    assert '"arn:aws:s3:::example-input/*"' in text
    assert '{"StringEquals": {"aws:ResourceAccount": ["111111111111"]}}' in text
    definition = deployment.only("aws_ecs_task_definition", family=f"airflow-dev-{service}")
    (main,) = [item for item in json.loads(definition.body["container_definitions"]) if item["name"] == service]
    secrets = {item["name"]: item["valueFrom"] for item in main["secrets"]}
    here = "arn:aws:ssm:eu-central-1:111111111111:parameter"
    assert secrets["AIRFLOW_CONN_WAREHOUSE"] == f"{here}/airflow/dev/connections/warehouse"
    assert secrets["SMTP_PASSWORD"] == f"{here}/mail/smtp-password"
    assert f'"kms:EncryptionContext:PARAMETER_ARN": "{here}/mail/smtp-password"' in text


@pytest.mark.feature("N8")
def test_outputs_name_security_group_and_role_of_each_service_with_dag_code() -> None:
    output = _outputs(**WITH_DAG_ACCESS)
    on_fargate = _outputs(topology="ecs", ecs_executor=DAG_ACCESS)
    assert on_fargate["output.airflow_task_task_role_arn"] == "${aws_iam_role.airflow_task_task_role.arn}"
    for service in ("triggerer", "worker_default"):
        assert output[f"output.{service}_security_group_id"] == f"${{aws_security_group.{service}_security_group.id}}"
        assert output[f"output.{service}_task_role_arn"] == f"${{aws_iam_role.{service}_task_role.arn}}"
    assert "output.scheduler_task_role_arn" not in output


def _outputs(**changes: Any) -> dict[str, str]:
    return {
        output.address: output.values["value"]
        for output in deployed(**changes).template_of("airflow").of_type("output")
    }


@pytest.mark.feature("N8", "P2")
@pytest.mark.parametrize(
    "policy",
    [
        {"arn": "arn:aws:iam::aws:policy/AdministratorAccess"},
        {"actions": ["iam:PassRole"], "resources": ["*"]},
        {"actions": ["ssm:GetParameter"], "resources": ["*"]},
        {"actions": ["s3:Put*", "s3:Get*"], "resources": ["*"]},
    ],
    ids=["administrator", "pass-role", "every-secret", "every-bucket"],
)
def test_gate_finds_a_policy_that_is_too_wide(policy: dict[str, Any]) -> None:
    wide = {"workers": [{"name": "default", "queues": ["default"], "policies": [policy]}]}
    assert _too_wide(deployed(**WITH_DAG_ACCESS)) == set()
    assert any("worker_default_task_role" in address for address in _too_wide(deployed(**wide)))


def _too_wide(deployment: Deployment) -> set[str]:
    """Addresses of the resources with a finding of the IAM rules."""
    iam = [rule for rule in all_rules() if rule.id.startswith("AF_IAM_")]
    findings = [finding for rule in iam for finding in rule.evaluate(deployment.configuration)]
    return {finding.resource.address for finding in findings if finding.verdict is Verdict.FAIL}
