"""The attributes of a VPC that other constructs need."""

from __future__ import annotations

from dataclasses import dataclass

from modules.core.flows import Flows


@dataclass(frozen=True)
class NetworkReference:
    """A VPC with public, application and data subnets, created by ``Network`` or existing before.

    Args:
        vpc_id: id of the VPC.
        cidr: IPv4 block of the VPC.
        public_subnet_ids: subnets of the load balancer, one for each zone.
        application_subnet_ids: subnets of the Fargate tasks, one for each zone.
        data_subnet_ids: subnets of the database and the broker, one for each zone.
        flows: the declared flows of the environment.
    """

    vpc_id: str
    cidr: str
    public_subnet_ids: list[str]
    application_subnet_ids: list[str]
    data_subnet_ids: list[str]
    flows: Flows
