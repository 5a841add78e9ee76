"""Runs a cluster of the emulator on containers: VPC, PostgreSQL, Redis, ECS agent and task runner."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from terraform_harness.packet_filters.ruleset import Endpoint
from terraform_harness.verification import Aws

from local.containers import authority, backing_services, images
from local.containers.engine import Container
from local.ecs.agent import Agent
from local.ecs.fake_vpc import FakeVpc
from local.ecs.gateways import AWS_APIS, HTTPS, Gateways
from local.ecs.interface import AGENT, TaskInterface
from local.ecs.role_session import Account
from local.ecs.runner import Runner
from local.ecs.service_catalog import BackingService, ServiceCatalog
from local.ecs.task_roles import TaskRoles
from local.ecs.task_surroundings import Platform

# The image's file of certificate authorities for database and broker.
CA_FILE = "/opt/airflow-fargate/ca.pem"


class EmulatedAws(Aws, Account, Protocol):
    """The AWS emulator: boto3 clients, region, address and sessions of roles."""


@dataclass(kw_only=True)
class FakeCluster:
    """A running cluster."""

    name: str
    parameters: str
    vpc: FakeVpc
    gateways: Gateways
    runner: Runner
    agent: Agent
    folder: Path
    database: Container
    broker: Container

    def run_task(self, name: str) -> tuple[int, str]:
        """Run a one-off task, for instance ``migrate``, in the subnets of the services.

        Returns:
            The exit code and the log of its main container.
        """
        catalog, family = self.runner.catalog, f"{self.name}-{name}"
        subnets = catalog.services()[0].subnets
        return self.runner.run_task(family, subnets=subnets, groups=[catalog.group(family)])

    @property
    def database_address(self) -> str:
        """The address that the database's name leads to."""
        (address,) = self.vpc.lookup(self.runner.catalog.database().host) or ("",)
        return address

    def refresh_network(self) -> None:
        """Follow changes of the account's network."""
        self.vpc.refresh()
        self.gateways.refresh()
        self.vpc.refresh()

    def fail_over_database(self, *, away: float = 0) -> None:
        """Stop the database and start its successor in another subnet: same name and data, another address.

        Args:
            away: seconds without a database.

        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html
        """
        self.database.kill()
        time.sleep(away)
        found = self.runner.catalog.database()
        setting = _setting(self.vpc, found, self.folder)
        password = self.runner.catalog.secret(f"{self.parameters}/database-password")
        self.database = backing_services.postgres(
            setting, names=[found.host], password=password, successor_of=self.database
        )


@contextmanager
def fake_cluster(
    aws: EmulatedAws, *, cluster: str, parameters: str, network: str, folder: Path, check_every: int = 10
) -> Iterator[FakeCluster]:
    """Start the backing services and the agent of a cluster. Enter ``FakeCluster.runner`` to start its ECS services.

    Args:
        aws: the emulator that the cluster was applied to.
        cluster: name of the ECS cluster.
        parameters: path of the secrets, ``/<prefix>/<environment>``.
        network: prefix of the names of Docker networks and containers.
        folder: folder for certificates, which every user must be able to enter.
        check_every: longest interval of health checks in seconds.
    """
    image = images.build("airflow")
    vpc = FakeVpc(aws=aws, name=network, image=image)
    agent = Agent(host="127.0.0.1", address=AGENT)
    catalog = ServiceCatalog(aws, cluster=cluster)
    certificate = authority.make(folder)
    gateways = Gateways(vpc=vpc, emulator_port=urlsplit(aws.url).port or 80)
    agent.start()

    def interface(name: str, subnets: Sequence[str], groups: Sequence[str]) -> TaskInterface:
        endpoint = vpc.new_endpoint(name, subnets=subnets, groups=groups)
        return TaskInterface(vpc=vpc, gateways=gateways, agent=agent, endpoint=endpoint)

    try:
        vpc.open(vpc=_vpc(aws, catalog))
        gateways.open()
        runner = Runner(
            catalog=catalog,
            agent=agent,
            prefix=network,
            interfaces=interface,
            roles=lambda definition, task: TaskRoles(account=aws, cluster=cluster, definition=definition, task=task),
            platform=Platform(
                image=image,
                check_every=check_every,
                variables=_variables(aws.region, s3=gateways.s3),
                options=("--volume", f"{certificate}:{CA_FILE}:ro"),
            ),
        )
        gateways.targets = runner.targets
        for service in catalog.services():
            for name in service.names:
                vpc.records[name] = lambda name=name: runner.addresses(name)  # type: ignore[misc]
        database, broker = catalog.database(), catalog.broker()
        yield FakeCluster(
            name=cluster,
            parameters=parameters,
            vpc=vpc,
            gateways=gateways,
            runner=runner,
            agent=agent,
            folder=folder,
            database=backing_services.postgres(
                _setting(vpc, database, folder),
                names=[database.host],
                password=catalog.secret(f"{parameters}/database-password"),
            ),
            broker=backing_services.redis(
                _setting(vpc, broker, folder),
                names=[broker.host],
                password=catalog.secret(f"{parameters}/broker-auth-token"),
            ),
        )
    finally:
        gateways.close()
        agent.stop()
        vpc.close()


def _setting(vpc: FakeVpc, service: BackingService, folder: Path) -> backing_services.Setting:
    """A new interface for a backing service, to which its host name leads from now on."""
    endpoint: Endpoint = vpc.new_endpoint(service.name, subnets=service.subnets, groups=service.groups)
    holder = vpc.hold(endpoint)
    vpc.records[service.host] = lambda: [endpoint.address]
    return backing_services.Setting(network=vpc.name, authority=folder, interface=holder.id)


def _vpc(aws: Aws, catalog: ServiceCatalog) -> str:
    """The id of the VPC of the services."""
    subnet = catalog.services()[0].subnets[0]
    return str(aws.client("ec2").describe_subnets(SubnetIds=[subnet])["Subnets"][0]["VpcId"])


def _variables(region: str, *, s3: str) -> dict[str, str]:
    """Region, which Fargate would provide, and the addresses of the emulator."""
    return {
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL": f"http://{AWS_APIS}:{HTTPS}",
        "AWS_ENDPOINT_URL_S3": f"http://{s3}:{HTTPS}",
    }
