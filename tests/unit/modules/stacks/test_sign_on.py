"""Sign-on: settings and client secret reach the api-servers only."""

from __future__ import annotations

import json

import pytest

from tests.reading import fargate_tasks
from tests.synthesis import deployed

AUTH = {
    "mode": "oidc",
    "issuer": "https://login.example.com",
    "client_id": "airflow",
    "roles": {"Viewer": ["b", "a"], "Admin": ["platform"]},
    "session_minutes": 60,
}
ADDRESS = {"domain_name": "airflow.example.com", "hosted_zone_id": "Z12345"}


@pytest.mark.feature("S7", "S3")
@pytest.mark.parametrize(("topology", "server"), [("celery", "api-server"), ("single", "standalone")])
def test_only_the_process_that_people_reach_has_the_identity_provider(topology: str, server: str) -> None:
    deployment = deployed(topology=topology, auth=AUTH, load_balancer=ADDRESS)
    containers = {item.name: item for task in fargate_tasks(deployment).values() for item in task.containers}
    having = {name for name, container in containers.items() if "oidc" in json.dumps(container.body).lower()}
    assert having == {server}
    variables, secrets = containers[server].environment, containers[server].secrets
    assert json.loads(variables["AIRFLOW_OIDC_ROLES"]) == {"Admin": ["platform"], "Viewer": ["a", "b"]}
    assert variables["AIRFLOW__FAB__SESSION_MAX_LIFETIME_MINUTES"] == "60"
    assert variables["AIRFLOW__API_AUTH__JWT_EXPIRATION_TIME"] == "3600"
    assert secrets["AIRFLOW_OIDC_CLIENT_SECRET"].endswith("/oidc-client-secret")
    assert secrets["AIRFLOW_OIDC_CLIENT_SECRET"].startswith("arn:aws:ssm:")


BY_LOAD_BALANCER = {**AUTH, "mode": "alb_oidc"}
PUBLIC = {**ADDRESS, "scheme": "internet-facing", "allowed_cidrs": ["203.0.113.0/24"]}


@pytest.mark.feature("S7")
@pytest.mark.parametrize(("topology", "server"), [("celery", "api-server"), ("single", "standalone")])
def test_api_server_knows_the_load_balancer_that_authenticates_and_no_client_secret(topology: str, server: str) -> None:
    deployment = deployed(topology=topology, auth=BY_LOAD_BALANCER, load_balancer=PUBLIC)
    containers = {item.name: item for task in fargate_tasks(deployment).values() for item in task.containers}
    having = {name for name, container in containers.items() if "AIRFLOW_ALB_ARN" in container.environment}
    assert having == {server}
    balancer = deployment.resolve(containers[server].environment["AIRFLOW_ALB_ARN"])
    assert balancer.address == deployment.only("aws_lb").address
    assert containers[server].environment["AIRFLOW_OIDC_CLIENT_ID"] == "airflow"
    assert "client-secret" not in deployment.text


@pytest.mark.feature("S7", "N3", "N4")
def test_load_balancer_connects_to_the_issuer() -> None:
    deployment = deployed(auth=BY_LOAD_BALANCER, load_balancer=PUBLIC)
    group = deployment.only("aws_security_group", name="airflow-dev-alb")
    rule = deployment.only(
        "aws_vpc_security_group_egress_rule", security_group_id=f"${{{group.address}.id}}", cidr_ipv4="0.0.0.0/0"
    )
    assert (rule.body["from_port"], rule.body["to_port"], rule.body["ip_protocol"]) == (443, 443, "tcp")
    public = deployment.only("aws_network_acl", tags={"airflow-fargate:tier": "public"})
    for egress, ports in ((True, (443, 443)), (False, (1024, 65535))):
        deployment.only(
            "aws_network_acl_rule",
            network_acl_id=f"${{{public.address}.id}}",
            egress=egress,
            cidr_block="0.0.0.0/0",
            from_port=ports[0],
            to_port=ports[1],
        )
    without = deployed(auth=AUTH, load_balancer=PUBLIC)
    without.template.none("aws_vpc_security_group_egress_rule", description="sign-in at the identity provider")
