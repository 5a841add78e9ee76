"""The network and its public door."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from annotated_types import Len
from pydantic import model_validator

from environments.fields import CertificateArn, Cidr, Flag, Form, Ipv4Cidr, Section, plan, synth

SubnetId = Annotated[str, Form(r"^subnet-[0-9a-f]{8,17}$", "a subnet id, subnet-<hexadecimal>")]
RouteTableId = Annotated[str, Form(r"^rtb-[0-9a-f]{8,17}$", "a route table id, rtb-<hexadecimal>")]
SubnetIds = Annotated[tuple[SubnetId, ...], Len(2, 3)]


class ExistingNetwork(Section):
    """A VPC that somebody else made. One subnet of each tier in every zone."""

    vpc_id: Annotated[
        Annotated[str, Form(r"^vpc-[0-9a-f]{8,17}$", "a VPC id, vpc-<hexadecimal>")], plan("The VPC to live in.")
    ]
    cidr: Annotated[Ipv4Cidr, plan("CIDR block of the VPC.")]
    public_subnet_ids: Annotated[SubnetIds, synth("Subnets of the load balancer.")]
    application_subnet_ids: Annotated[SubnetIds, synth("Subnets of the Fargate tasks.")]
    data_subnet_ids: Annotated[SubnetIds, synth("Subnets of database and broker.")]
    application_route_table_ids: Annotated[
        tuple[RouteTableId, ...], synth("Route tables that get the S3 endpoint; empty when the VPC has one.")
    ] = ()


class Network(Section):
    """A VPC over two or three zones: public, application and data subnets."""

    cidr: Annotated[Ipv4Cidr, plan("CIDR block of the VPC, /16 to /21; not written for an existing network.")]
    zones: Annotated[
        Annotated[tuple[str, ...], Len(2, 3)], synth("Two or three availability zones of the environment's region.")
    ]
    egress: Annotated[
        Literal["none", "single_nat", "nat_per_zone"],
        synth("Way out: interface endpoints only, one NAT gateway, or one for each zone."),
    ] = "nat_per_zone"
    flow_logs: Annotated[Flag, synth("Log the headers of all traffic in the VPC.")] = True
    existing: Annotated[ExistingNetwork | None, synth("Use this VPC instead of making one.")] = None

    @model_validator(mode="before")
    @classmethod
    def _cidr_of_existing(cls, data: Any) -> Any:
        existing = data.get("existing") if isinstance(data, dict) else None
        if "cidr" in (data if isinstance(data, dict) else ()) or existing is None:
            return data
        cidr = existing.get("cidr") if isinstance(existing, dict) else getattr(existing, "cidr", None)
        return {**data, "cidr": cidr} if cidr is not None else data


class LoadBalancer(Section):
    """HTTPS in front of the api-servers."""

    scheme: Annotated[
        Literal["internet-facing", "internal"], synth("Reachable from the internet, or from the network only.")
    ] = "internal"
    certificate_arn: Annotated[
        CertificateArn | None, synth("Existing certificate; without it one is made for domain_name.")
    ] = None
    domain_name: Annotated[
        Annotated[
            str, Form(r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$", "a host name such as a.example.com")
        ]
        | None,
        synth("Name under which people open Airflow."),
    ] = None
    hosted_zone_id: Annotated[
        Annotated[str, Form(r"^Z[A-Z0-9]{5,31}$", "a hosted zone id, Z<letters and digits>")] | None,
        synth("Route 53 zone that gets the name and proves the certificate."),
    ] = None
    allowed_cidrs: Annotated[
        tuple[Cidr, ...], synth("Who may open HTTPS; empty is the VPC itself, and only an internal one may be empty.")
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
    access_logs: Annotated[Flag, synth("Write access logs to S3.")] = True
    waf: Annotated[Flag, synth("Put AWS WAF with the managed core rules in front.")] = True
    deletion_protection: Annotated[Flag, plan("Refuse to delete the load balancer.")] = True

    @property
    def makes_certificate(self: Self) -> bool:
        """Is a certificate made and proved in the hosted zone?"""
        return self.certificate_arn is None
