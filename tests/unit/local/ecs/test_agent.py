"""The fake ECS agent holds task protection, and the relay forwards connections."""

# ruff: noqa: S310 - loopback addresses

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.ecs.agent import Agent, Relay
from local.ecs.service_catalog import ServiceCatalog
from tests.serving import served

REGION = "eu-central-1"


@pytest.fixture
def agent() -> Iterator[Agent]:
    agent = Agent(host="127.0.0.1")
    agent.start()
    yield agent
    agent.stop()


def _put(agent: Agent, body: dict[str, Any], *, task: str = "t") -> int:
    url = f"{agent.variables(task)['ECS_AGENT_URI']}/task-protection/v1/state"
    request = urllib.request.Request(url, json.dumps(body).encode(), method="PUT")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_agent_holds_and_gives_back_protection_of_one_task(agent: Agent) -> None:
    assert _put(agent, {"ProtectionEnabled": True, "ExpiresInMinutes": 30}) == 200
    assert agent.protected("t")
    assert not agent.protected("another")
    assert _put(agent, {"ProtectionEnabled": False}) == 200
    assert not agent.protected("t")
    assert agent.calls == [("t", True), ("t", False)]


def test_agent_forgets_protection_that_has_expired(agent: Agent) -> None:
    _put(agent, {"ProtectionEnabled": True, "ExpiresInMinutes": 0})
    assert not agent.protected("t")


def test_broken_agent_protects_no_task(agent: Agent) -> None:
    agent.broken = True
    assert _put(agent, {"ProtectionEnabled": True}) == 500
    assert not agent.protected("t")


def test_relay_forwards_in_both_directions() -> None:
    class Echo(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body[::-1])

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    body = b"0123456789" * 100_000
    with served(Echo) as port, Relay(host="127.0.0.1", target_port=port) as relay:
        with urllib.request.urlopen(relay.url, data=body, timeout=60) as answer:
            assert answer.read() == body[::-1]
        relay.shutdown()


class Account:
    """boto3 as the catalog wants it."""

    def client(self, service: str) -> Any:
        return boto3.client(service, region_name=REGION, aws_access_key_id="t", aws_secret_access_key="t")


@pytest.fixture
def account() -> Iterator[Account]:
    with mock_aws():
        yield Account()


def test_catalogue_reads_services_names_definitions_and_secrets(account: Account) -> None:
    ecs, names = account.client("ecs"), account.client("servicediscovery")
    ecs.create_cluster(clusterName="c")
    body = {
        "name": "main",
        "image": "repository:tag",
        "memory": 512,
        "stopTimeout": 90,
        "dependsOn": [{"containerName": "clone", "condition": "SUCCESS"}],
        "secrets": [{"name": "PASSWORD", "valueFrom": "arn:aws:ssm:eu-central-1:123456789012:parameter/airflow/a"}],
    }
    arn = ecs.register_task_definition(
        family="f", containerDefinitions=[body], volumes=[{"name": "tmp"}], networkMode="awsvpc"
    )["taskDefinition"]["taskDefinitionArn"]
    operation = names.create_private_dns_namespace(Name="dev.internal", Vpc="vpc-1")["OperationId"]
    namespace = names.get_operation(OperationId=operation)["Operation"]["Targets"]["NAMESPACE"]
    registry = names.create_service(Name="api", NamespaceId=namespace)["Service"]["Arn"]
    for number in range(11):
        ecs.create_service(
            cluster="c",
            serviceName=f"s{number:02}",
            taskDefinition=arn,
            desiredCount=number,
            serviceRegistries=[{"registryArn": registry}],
        )
    catalog = ServiceCatalog(account, cluster="c")
    services = catalog.services()
    assert [service.desired for service in services] == list(range(11))
    assert services[0].names == ("api.dev.internal",)
    ecs.delete_service(cluster="c", service="s00", force=True)
    assert [service.name for service in catalog.services()] == [f"s{number:02}" for number in range(1, 11)]
    definition = catalog.definition(arn)
    assert definition.volumes == ("tmp",)
    (container,) = definition.containers
    assert (container.stop_timeout, container.depends_on) == (90, {"clone": "SUCCESS"})
    account.client("ssm").put_parameter(Name="/airflow/a", Value="x", Type="SecureString")
    assert catalog.secret(container.secrets["PASSWORD"]) == "x"
