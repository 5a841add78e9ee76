"""Mutants of security groups, network ACLs and routes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraform_harness.mutation.mutant import Edit, edited, operator

RULES = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
INTERNET = "0.0.0.0/0"
PEERS = ("referenced_security_group_id", "prefix_list_id", "cidr_ipv4", "cidr_ipv6")


@operator
def open_to_internet(type_: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Open a security group rule, or an ACL entry that allows, to 0.0.0.0/0."""
    if type_ in RULES and body.get("cidr_ipv4") != INTERNET:
        no_peer = dict.fromkeys(PEERS)
        yield Edit(change=f"cidr_ipv4 = {INTERNET}", body=edited(body, **no_peer | {"cidr_ipv4": INTERNET}))
    if type_ == "aws_network_acl_rule" and body.get("rule_action") == "allow" and body.get("cidr_block") != INTERNET:
        yield Edit(change=f"cidr_block = {INTERNET}", body=edited(body, cidr_block=INTERNET))


@operator
def drop_rule(type_: str, _: Mapping[str, Any]) -> Iterator[Edit]:
    """Remove a security group rule or an ACL entry."""
    if type_ in (*RULES, "aws_network_acl_rule"):
        yield Edit(change="removed", body=None)


@operator
def every_port(type_: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Open every port."""
    if type_ in (*RULES, "aws_network_acl_rule") and "from_port" in body:
        yield Edit(change="from_port = 0, to_port = 65535", body=edited(body, from_port=0, to_port=65535))


@operator
def every_protocol(type_: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Open every protocol."""
    if type_ in RULES:
        yield Edit(change="ip_protocol = -1", body=edited(body, ip_protocol="-1", from_port=None, to_port=None))
    if type_ == "aws_network_acl_rule":
        yield Edit(change="protocol = -1", body=edited(body, protocol="-1", from_port=None, to_port=None))


@operator
def no_description(type_: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Remove the description of a security group rule."""
    if type_ in RULES and "description" in body:
        yield Edit(change="no description", body=edited(body, description=None))
