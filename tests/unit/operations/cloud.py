"""The AWS resources of both stacks in moto, as far as operations use them."""

from __future__ import annotations

from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ecs.models import Container

from environments import Environment
from environments.load import from_data
from operations.account import Account
from tests.unit.operations.cloud_resources import CLIENTS, PROCESSES, SESSION, CloudResources


class Cloud(CloudResources):
    """The account of an environment, with methods that change and read what AWS would."""

    @staticmethod
    def environment(**changes: Any) -> Environment:
        data = {
            "name": "dev",
            "account_id": DEFAULT_ACCOUNT_ID,
            "region": "eu-central-1",
            "production": False,
            "state": {"bucket": "state-of-dev"},
            "network": {"cidr": "10.10.0.0/16", "zones": ["eu-central-1a", "eu-central-1b"]},
            "load_balancer": {
                "deletion_protection": False,
                "certificate_arn": f"arn:aws:acm:eu-central-1:{DEFAULT_ACCOUNT_ID}:certificate/0000",
            },
            "database": {"deletion_protection": False},
        }
        return from_data({**data, **changes}, source="test")

    @staticmethod
    def account_of(environment: Environment) -> Account:
        """An account that does not wait, with shared clients."""
        return Account(environment, sleep=lambda _seconds: None, session=SESSION, _clients=CLIENTS)

    def scalable(self, service: str, least: int, most: int) -> None:
        self.client("application-autoscaling").register_scalable_target(
            ServiceNamespace="ecs",
            ResourceId=f"service/{self.names.name}/{service}",
            ScalableDimension="ecs:service:DesiredCount",
            MinCapacity=least,
            MaxCapacity=most,
        )

    def bounds(self) -> dict[str, tuple[int, int]]:
        found = self.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")
        return {
            target["ResourceId"].rsplit("/", 1)[1]: (target["MinCapacity"], target["MaxCapacity"])
            for target in found["ScalableTargets"]
        }

    def desired(self) -> dict[str, int]:
        names = [process for process in PROCESSES if process != "migrate"]
        found = self.client("ecs").describe_services(cluster=self.names.name, services=names)["services"]
        return {service["serviceName"]: service["desiredCount"] for service in found}

    def deployments(self) -> dict[str, str]:
        """Id of the deployment of each service: it changes when its Fargate tasks are replaced."""
        names = [process for process in PROCESSES if process != "migrate"]
        found = self.client("ecs").describe_services(cluster=self.names.name, services=names)["services"]
        return {service["serviceName"]: service["deployments"][0]["id"] for service in found}

    def tasks(self) -> list[dict[str, Any]]:
        """Fargate tasks that operations started, oldest first."""
        ecs, cluster = self.client("ecs"), self.names.name
        arns = [*ecs.list_tasks(cluster=cluster, startedBy="operations", desiredStatus="RUNNING")["taskArns"]]
        return list(ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]) if arns else []


def exit_codes(*codes: int) -> Any:
    """A constructor of moto's containers whose exit codes are ``codes`` in turn, then 0."""
    ordinary, left = Container.__init__, list(codes)

    def begin(self: Any, *arguments: Any) -> None:
        ordinary(self, *arguments)
        self.exitCode = left.pop(0) if left else 0

    return begin
