"""The network and its load balancer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from annotated_types import Len
from pydantic import StrictBool, model_validator

from environments.fields import CertificateArn, HostName, Ipv4Cidr, Pattern, Section, plan, synth

VpcId = Annotated[str, Pattern(r"^vpc-[0-9a-f]{8,17}$", "a VPC id, vpc-<hexadecimal>")]
SubnetId = Annotated[str, Pattern(r"^subnet-[0-9a-f]{8,17}$", "a subnet id, subnet-<hexadecimal>")]
RouteTableId = Annotated[str, Pattern(r"^rtb-[0-9a-f]{8,17}$", "a route table id, rtb-<hexadecimal>")]
SubnetIds = Annotated[tuple[SubnetId, ...], Len(2, 3)]
HostedZoneId = Annotated[str, Pattern(r"^Z[A-Z0-9]{5,31}$", "a hosted zone id, Z<letters and digits>")]


class ExistingNetwork(Section):
    """A VPC that this project does not create, with one subnet of each tier in every zone."""

    vpc_id: Annotated[VpcId, plan("The existing VPC.")]
    cidr: Annotated[Ipv4Cidr, plan("CIDR block of the VPC.")]
    public_subnet_ids: Annotated[SubnetIds, synth("Subnets of the load balancer.")]
    application_subnet_ids: Annotated[SubnetIds, synth("Subnets of the Fargate tasks.")]
    data_subnet_ids: Annotated[SubnetIds, synth("Subnets of database and broker.")]
    application_route_table_ids: Annotated[
        Annotated[tuple[RouteTableId, ...], Len(0, 20)],
        synth("Route tables to add the S3 gateway endpoint to; empty when the VPC has an endpoint."),
    ] = ()


class Network(Section):
    """A VPC with public, application and data subnets in two or three zones."""

    cidr: Annotated[
        Ipv4Cidr, plan("CIDR block of the VPC, /16 to /21; taken from `existing.cidr` for an existing network.")
    ]
    zones: Annotated[
        Annotated[tuple[str, ...], Len(2, 3)], synth("Two or three availability zones of the environment's region.")
    ]
    egress: Annotated[
        Literal["none", "single_nat", "nat_per_zone"],
        synth("`none`: interface endpoints only; `single_nat`: one NAT gateway; `nat_per_zone`: one in each zone."),
    ] = "nat_per_zone"
    flow_logs: Annotated[StrictBool, synth("Write VPC flow logs.")] = True
    existing: Annotated[ExistingNetwork | None, synth("Existing VPC to use; a VPC is created when absent.")] = None

    @model_validator(mode="before")
    @classmethod
    def _cidr_of_existing(cls, data: Any) -> Any:
        existing = data.get("existing") if isinstance(data, dict) else None
        if "cidr" in (data if isinstance(data, dict) else ()) or existing is None:
            return data
        cidr = existing.get("cidr") if isinstance(existing, dict) else getattr(existing, "cidr", None)
        return {**data, "cidr": cidr} if cidr is not None else data


class LoadBalancer(Section):
    """The load balancer that serves HTTPS for the api-servers."""

    scheme: Annotated[
        Literal["internet-facing", "internal"], synth("Reachable from the internet, or from the VPC only.")
    ] = "internal"
    certificate_arn: Annotated[
        CertificateArn | None, synth("Existing ACM certificate; one is created for `domain_name` when absent.")
    ] = None
    domain_name: Annotated[HostName | None, synth("Host name of Airflow's user interface.")] = None
    hosted_zone_id: Annotated[
        HostedZoneId | None,
        synth("Route 53 zone of the host name; public when it validates the certificate."),
    ] = None
    certificate_zone_id: Annotated[
        HostedZoneId | None,
        synth("Public Route 53 zone that validates the certificate, when `hosted_zone_id` is a private zone."),
    ] = None
    allowed_cidrs: Annotated[
        Annotated[tuple[Ipv4Cidr, ...], Len(0, 60)],
        synth("IPv4 blocks that may connect; when empty, the VPC itself, which only an internal load balancer allows."),
    ] = ()
    ssl_policy: Annotated[
        Literal[
            "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
            "ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04",
            "ELBSecurityPolicy-TLS13-1-3-2021-06",
        ],
        plan("TLS policy of the listener."),
    ] = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    access_logs: Annotated[StrictBool, synth("Write access logs to S3.")] = True
    waf: Annotated[StrictBool, synth("Protect the load balancer with AWS WAF and its managed core rules.")] = True
    deletion_protection: Annotated[StrictBool, plan("Prevent the deletion of the load balancer.")] = True

    @property
    def validation_zone_id(self) -> str | None:
        """The zone that holds the record for the validation of a created certificate."""
        return self.certificate_zone_id or self.hosted_zone_id

    @property
    def makes_certificate(self) -> bool:
        """True when no certificate is given, so one is created and validated in the hosted zone."""
        return self.certificate_arn is None
