"""Runs a cluster of the emulator on containers: network, PostgreSQL, Redis, ECS agent and task runner."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from local.containers import authority, backing_services, engine, images
from local.containers.engine import Container, docker
from local.ecs.agent import Agent, Relay
from local.ecs.runner import Runner
from local.ecs.service_catalog import Aws, ServiceCatalog
from local.ecs.task import Platform

# The image's file of certificate authorities for database and broker.
CA_FILE = "/opt/airflow-fargate/ca.pem"


class EmulatedAws(Aws, Protocol):
    """The AWS emulator: boto3 clients, region and address."""

    region: str

    @property
    def url(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class FakeCluster:
    """A running cluster.

    Args:
        aws_url: address of the emulator that containers reach.
    """

    network: str
    runner: Runner
    agent: Agent
    database: Container
    broker: Container
    aws_url: str


def gateway(network: str) -> str:
    """This machine's address on a Docker network."""
    found = json.loads(docker("network", "inspect", network).stdout)
    return str(found[0]["IPAM"]["Config"][0]["Gateway"])


@contextmanager
def fake_cluster(
    aws: EmulatedAws, *, cluster: str, parameters: str, network: str, folder: Path, check_every: int = 5
) -> Iterator[FakeCluster]:
    """Start the backing services and the agent of a cluster. Enter ``FakeCluster.runner`` to start its ECS services.

    Args:
        aws: the emulator that the cluster was applied to.
        cluster: name of the ECS cluster.
        parameters: path of the secrets, ``/<prefix>/<environment>``.
        network: name of the Docker network to create.
        folder: folder for certificates, which every user must be able to enter.
        check_every: longest interval of health checks in seconds.
    """
    docker("network", "create", network)
    agent = Agent(host=gateway(network))
    relay = Relay(host=gateway(network), target_port=urlsplit(aws.url).port or 80)
    catalog = ServiceCatalog(aws, cluster=cluster)
    certificate = authority.make(folder)
    setting = backing_services.Setting(network=network, authority=folder)
    try:
        agent.start()
        runner = Runner(
            catalog=catalog,
            agent=agent,
            platform=Platform(
                network=network,
                image=images.build("airflow"),
                check_every=check_every,
                variables=_variables(aws.region, relay.url),
                options=("--volume", f"{certificate}:{CA_FILE}:ro"),
            ),
        )
        yield FakeCluster(
            network=network,
            runner=runner,
            agent=agent,
            database=backing_services.postgres(
                setting,
                names=catalog.database_addresses(),
                password=catalog.secret(f"{parameters}/database-password"),
            ),
            broker=backing_services.redis(
                setting,
                names=catalog.broker_addresses(),
                password=catalog.secret(f"{parameters}/broker-auth-token"),
            ),
            aws_url=relay.url,
        )
    finally:
        relay.shutdown()
        relay.server_close()
        agent.stop()
        engine.remove_network(network)


def _variables(region: str, url: str) -> dict[str, str]:
    """Region and credentials, which ECS and the task role would provide, and the address of the emulator."""
    return {
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "emulator",
        "AWS_SECRET_ACCESS_KEY": "emulator",
    }
