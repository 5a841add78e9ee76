"""The network and its load balancer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from annotated_types import Len
from pydantic import StrictBool, model_validator

from environments.arns import CertificateArn
from environments.fields import BRIEF_OUTAGE, IN_PLACE, ROLLING, Section, not_possible_later, plan, replaces, synth
from environments.formats import HostName, Ipv4Cidr, Pattern

VpcId = Annotated[str, Pattern(r"^vpc-[0-9a-f]{8,17}$", "a VPC id, vpc-<hexadecimal>")]
SubnetId = Annotated[str, Pattern(r"^subnet-[0-9a-f]{8,17}$", "a subnet id, subnet-<hexadecimal>")]
SecurityGroupId = Annotated[str, Pattern(r"^sg-[0-9a-f]{8,17}$", "a security group id, sg-<hexadecimal>")]
RouteTableId = Annotated[str, Pattern(r"^rtb-[0-9a-f]{8,17}$", "a route table id, rtb-<hexadecimal>")]
SubnetIds = Annotated[tuple[SubnetId, ...], Len(2, 3)]
HostedZoneId = Annotated[str, Pattern(r"^Z[A-Z0-9]{5,31}$", "a hosted zone id, Z<letters and digits>")]


class ExistingNetwork(Section):
    """A VPC that this project does not create, with one subnet of each tier in every zone."""

    vpc_id: Annotated[
        VpcId,
        plan(
            "The existing VPC.",
            effect=not_possible_later("create a new environment and restore a snapshot of the database"),
        ),
    ]
    cidr: Annotated[Ipv4Cidr, plan("CIDR block of the VPC.", effect=IN_PLACE)]
    public_subnet_ids: Annotated[SubnetIds, plan("Subnets of the load balancer.", effect=IN_PLACE)]
    application_subnet_ids: Annotated[SubnetIds, plan("Subnets of the Fargate tasks.", effect=ROLLING)]
    data_subnet_ids: Annotated[
        SubnetIds,
        plan(
            "Subnets of database and broker.",
            effect=not_possible_later("AWS allows added subnets only; keep the subnets in use"),
        ),
    ]
    application_route_table_ids: Annotated[
        Annotated[tuple[RouteTableId, ...], Len(0, 20)],
        plan("Route tables that get the S3 gateway endpoint; empty when the VPC has one.", effect=IN_PLACE),
    ] = ()
    endpoints_security_group_id: Annotated[
        SecurityGroupId | None,
        synth(
            "Security group of the VPC's existing interface endpoints; it gets a rule for each component. When absent, "
            "egress `none` creates the endpoints, which a VPC can have only once.",
            effect=BRIEF_OUTAGE,
        ),
    ] = None


class Network(Section):
    """A VPC with public, application and data subnets in two or three zones."""

    cidr: Annotated[
        Ipv4Cidr,
        plan(
            "CIDR block of the VPC, /16 to /21; taken from `existing.cidr` for an existing VPC.",
            effect=not_possible_later("create a new environment and restore a snapshot of the database"),
        ),
    ]
    zones: Annotated[
        Annotated[tuple[str, ...], Len(2, 3)],
        synth(
            "Two or three availability zones of the environment's region.",
            effect=replaces(f"the subnets of a zone that is removed; {ROLLING} when a zone is added"),
        ),
    ]
    egress: Annotated[
        Literal["none", "single_nat", "nat_per_zone"],
        synth(
            "`none`: interface endpoints only; `single_nat`: one NAT gateway; `nat_per_zone`: one in each zone.",
            effect=replaces("the NAT addresses that are no longer needed; brief outage when NAT gateways are added"),
        ),
    ] = "nat_per_zone"
    flow_logs: Annotated[
        StrictBool, synth("Write VPC flow logs.", effect=replaces("the log group when it becomes false"))
    ] = True
    existing: Annotated[
        ExistingNetwork | None,
        synth(
            "Existing VPC to use; a VPC is created when absent.",
            effect=not_possible_later("create a new environment and restore a snapshot of the database"),
        ),
    ] = None

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
        Literal["internet-facing", "internal"],
        plan(
            "Public addresses (`internet-facing`), or private addresses only (`internal`).",
            effect=replaces("the load balancer"),
        ),
    ] = "internal"
    certificate_arn: Annotated[
        CertificateArn | None,
        plan("Existing ACM certificate; one is created for `domain_name` when absent.", effect=IN_PLACE),
    ] = None
    domain_name: Annotated[
        HostName | None,
        plan(
            "Host name of Airflow's user interface.", effect=replaces("the DNS record; rolling for the Fargate tasks")
        ),
    ] = None
    hosted_zone_id: Annotated[
        HostedZoneId | None,
        plan(
            "Route 53 zone for the host name, and for the validation of the certificate if it is a public zone.",
            effect=replaces("the DNS record"),
        ),
    ] = None
    certificate_zone_id: Annotated[
        HostedZoneId | None,
        synth(
            "Public Route 53 zone for the validation of the certificate, needed when `hosted_zone_id` is private.",
            effect=IN_PLACE,
        ),
    ] = None
    allowed_cidrs: Annotated[
        Annotated[tuple[Ipv4Cidr, ...], Len(0, 60)],
        plan(
            "CIDR blocks that may connect. Empty: the CIDR block of the VPC, for an internal load balancer only.",
            effect=IN_PLACE,
        ),
    ] = ()
    ssl_policy: Annotated[
        Literal[
            "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
            "ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04",
            "ELBSecurityPolicy-TLS13-1-3-2021-06",
        ],
        plan("TLS policy of the listener.", effect=IN_PLACE),
    ] = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    access_logs: Annotated[
        StrictBool, synth("Write access logs to S3.", effect=replaces("the bucket when it becomes false"))
    ] = True
    waf: Annotated[
        StrictBool,
        synth(
            "Protect the load balancer with AWS WAF and its managed core rules.",
            effect=replaces("the log group when it becomes false"),
        ),
    ] = True
    deletion_protection: Annotated[StrictBool, plan("Prevent the deletion of the load balancer.", effect=IN_PLACE)] = (
        True
    )

    @property
    def validation_zone_id(self) -> str | None:
        """The zone that holds the record for the validation of a created certificate."""
        return self.certificate_zone_id or self.hosted_zone_id

    @property
    def makes_certificate(self) -> bool:
        """True when no certificate is given, so one is created and validated in the hosted zone."""
        return self.certificate_arn is None
