"""Mutants of security groups, network ACLs and routes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraform_harness.mutation.mutant import Edit, edited, operator

RULES = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
WORLD = "0.0.0.0/0"
NAMES_OF_PEERS = ("referenced_security_group_id", "prefix_list_id", "cidr_ipv4", "cidr_ipv6")


@operator
def open_to_the_world(kind: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """A rule of a group or an allowing entry of a list is for everybody."""
    if kind in RULES and body.get("cidr_ipv4") != WORLD:
        nobody = dict.fromkeys(NAMES_OF_PEERS)
        yield Edit(change=f"cidr_ipv4 = {WORLD}", body=edited(body, **nobody | {"cidr_ipv4": WORLD}))
    if kind == "aws_network_acl_rule" and body.get("rule_action") == "allow" and body.get("cidr_block") != WORLD:
        yield Edit(change=f"cidr_block = {WORLD}", body=edited(body, cidr_block=WORLD))


@operator
def drop_rule(kind: str, _: Mapping[str, Any]) -> Iterator[Edit]:
    """A declared flow loses one of its legs."""
    if kind in (*RULES, "aws_network_acl_rule"):
        yield Edit(change="removed", body=None)


@operator
def every_port(kind: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    if kind in (*RULES, "aws_network_acl_rule") and "from_port" in body:
        yield Edit(change="from_port = 0, to_port = 65535", body=edited(body, from_port=0, to_port=65535))


@operator
def every_protocol(kind: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    if kind in RULES:
        yield Edit(change="ip_protocol = -1", body=edited(body, ip_protocol="-1", from_port=None, to_port=None))
    if kind == "aws_network_acl_rule":
        yield Edit(change="protocol = -1", body=edited(body, protocol="-1", from_port=None, to_port=None))


@operator
def no_description(kind: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    if kind in RULES and "description" in body:
        yield Edit(change="no description", body=edited(body, description=None))
