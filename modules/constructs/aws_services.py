"""How components reach AWS' own APIs: privately, or through NAT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from constructs import Construct

from modules.core.connections import Connections, security_group
from modules.core.flows import Place
from modules.core.grants import document
from modules.core.network_reference import NetworkReference
from modules.core.task import Client

# Without NAT, a Fargate task that pulls from ECR, reads SecureStrings, writes logs and metrics, takes an ECS Exec
# session and asks for its scale-in protection calls these:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
INTERFACE_ENDPOINTS = (
    "ecr.api",
    "ecr.dkr",
    "ecs",
    "kms",
    "logs",
    "monitoring",
    "secretsmanager",
    "ssm",
    "ssmmessages",
    "sts",
)


@dataclass(frozen=True)
class AwsServicesReference:
    """The way to AWS' APIs: interface endpoints where there are any, the internet on port 443 where not."""

    endpoints: Connections | None
    s3_prefix_list_id: str | None

    def serve(self, client: Client) -> None:
        """Give ``client`` the way out."""
        connections = client.connections
        if self.s3_prefix_list_id is not None:
            connections.allow_to_s3(prefix_list_id=self.s3_prefix_list_id, why="image layers, task logs and DAGs in S3")
        if self.endpoints is not None:
            self.endpoints.allow_default_port_from(connections, why="AWS APIs through interface endpoints")
        else:
            connections.allow_to_internet(port=443, why="AWS APIs and repositories through NAT")


class AwsServices(Construct):
    """The S3 gateway endpoint (free), and interface endpoints where there is no NAT.

    Args:
        private: make interface endpoints for all services in ``INTERFACE_ENDPOINTS``.
        route_table_ids: tables of the application tier that learn the way to S3.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        network: NetworkReference,
        route_table_ids: Sequence[str],
        region: str,
        account_id: str,
        private: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        self._name, self._network, self._region, self._account_id = name, network, region, account_id
        gateway = VpcEndpoint(
            self,
            "s3",
            vpc_id=network.vpc_id,
            service_name=f"com.amazonaws.{region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=list(route_table_ids),
            tags={"Name": f"{name}-s3"},
        )
        self.reference = AwsServicesReference(
            endpoints=self._interfaces() if private else None, s3_prefix_list_id=gateway.prefix_list_id
        )

    def _interfaces(self) -> Connections:
        connections = security_group(
            self,
            name=f"{self._name}-endpoints",
            place=Place("aws-apis", "application"),
            vpc_id=self._network.vpc_id,
            flows=self._network.flows,
            purpose="Interface endpoints of AWS APIs",
            default_port=443,
        )
        for service in INTERFACE_ENDPOINTS:
            VpcEndpoint(
                self,
                service.replace(".", "-"),
                vpc_id=self._network.vpc_id,
                service_name=f"com.amazonaws.{self._region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=self._network.application_subnet_ids,
                security_group_ids=[connections.security_group_id],
                policy=self._own_account_only(),
                tags={"Name": f"{self._name}-{service}"},
            )
        return connections

    def _own_account_only(self) -> str:
        """Credentials of another account cannot carry data out through our endpoints."""
        return document(
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "*",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:PrincipalAccount": self._account_id}},
            }
        )
