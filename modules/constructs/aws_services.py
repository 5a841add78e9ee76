"""Access of components to AWS APIs: through VPC endpoints or through NAT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from constructs import Construct

from modules.core.connections import Connections, security_group
from modules.core.flows import Endpoint
from modules.core.grants import document
from modules.core.network_reference import NetworkReference
from modules.core.task import Client

# The services that Fargate tasks call to pull from ECR, read SecureStrings, write logs and metrics, open ECS Exec
# sessions and set scale-in protection:
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


ENDPOINTS = Endpoint("aws-apis", "application")
HTTPS = 443


@dataclass(frozen=True)
class AwsServicesReference:
    """Access to AWS APIs.

    Args:
        interface_endpoints: security group of the interface endpoints; ``None`` where components use the internet.
        s3_prefix_list_id: prefix list of the S3 gateway endpoint, if there is one.
    """

    interface_endpoints: Connections | None
    s3_prefix_list_id: str | None

    def serve(self, client: Client) -> None:
        """Allow ``client`` to connect to AWS APIs and to S3."""
        connections = client.connections
        if self.s3_prefix_list_id is not None:
            connections.allow_to_s3(prefix_list_id=self.s3_prefix_list_id, why="image layers, task logs and DAGs in S3")
        if self.interface_endpoints is not None:
            self.interface_endpoints.allow_default_port_from(connections, why="AWS APIs through interface endpoints")
        else:
            connections.allow_to_internet(port=443, why="AWS APIs and repositories through NAT")


class AwsServices(Construct):
    """The S3 gateway endpoint, which is free, and interface endpoints for a VPC without NAT.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: prefix of the endpoints' names.
        network: VPC and subnets.
        route_table_ids: route tables of the application tier; they get the route to S3.
        region: AWS region.
        account_id: the interface endpoints accept credentials of this account only.
        private: use interface endpoints for all services in ``INTERFACE_ENDPOINTS``; they are created unless
            ``endpoints_security_group_id`` names existing ones.
        endpoints_security_group_id: security group of interface endpoints that the VPC has already.

    Example:
        >>> services = AwsServices(stack, "aws-services", name="airflow-prod", network=network,
        ...                        route_table_ids=["rtb-0a"], region="eu-central-1", account_id="111122223333",
        ...                        private=True)
        >>> resource("aws_vpc_endpoint.aws_services_ecr_dkr")["service_name"]
        'com.amazonaws.eu-central-1.ecr.dkr'
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
        endpoints_security_group_id: str | None = None,
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
        existing = endpoints_security_group_id
        self.reference = AwsServicesReference(
            interface_endpoints=(self._existing(existing) if existing else self._created()) if private else None,
            s3_prefix_list_id=gateway.prefix_list_id,
        )

    def _existing(self, security_group_id: str) -> Connections:
        return Connections(
            endpoint=ENDPOINTS,
            security_group_id=security_group_id,
            flows=self._network.flows,
            default_port=HTTPS,
        )

    def _created(self) -> Connections:
        connections = security_group(
            self,
            name=f"{self._name}-endpoints",
            endpoint=ENDPOINTS,
            network=self._network,
            purpose="Interface endpoints of AWS APIs",
            default_port=HTTPS,
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
        """Return the endpoint policy that rejects credentials of other accounts (data exfiltration)."""
        return document(
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "*",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:PrincipalAccount": self._account_id}},
            }
        )
