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
