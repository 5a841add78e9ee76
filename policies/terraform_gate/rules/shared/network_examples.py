"""Terraform JSON of VPCs, subnets, security groups and network ACLs for the examples of the network rules."""

from __future__ import annotations

from typing import Any

from terraform_gate.rules.shared.resources import Resources

ANYWHERE = "0.0.0.0/0"


def vpc(**body: Any) -> Resources:
    """A VPC called main, 10.0.0.0/16."""
    return {"aws_vpc": {"main": {"cidr_block": "10.0.0.0/16", **body}}}


def subnet(name: str, cidr: str, **body: Any) -> Resources:
    """A subnet of the VPC main."""
    return {"aws_subnet": {name: {"vpc_id": "${aws_vpc.main.id}", "cidr_block": cidr, **body}}}


def security_group(name: str, **body: Any) -> Resources:
    """A security group of the VPC main."""
    given = {"name": name, "description": f"Members are {name}", "vpc_id": "${aws_vpc.main.id}"}
    return {"aws_security_group": {name: {**given, **body}}}


def ingress_rule(name: str, into: str, port: int = 443, **peer: Any) -> Resources:
    """An ingress rule of the group ``into``.

    Args:
        name: the name of the resource.
        into: the name of the security group.
        port: the TCP port.
        peer: the peer as arguments of the resource, or ``other``, the name of another group.
    """
    return _separate_rule("aws_vpc_security_group_ingress_rule", name, into, port, peer)


def egress_rule(name: str, out_of: str, port: int = 443, **peer: Any) -> Resources:
    """An egress rule of the group ``out_of``, with the arguments of ``ingress_rule``."""
    return _separate_rule("aws_vpc_security_group_egress_rule", name, out_of, port, peer)


def inline_rule(port: int = 443, **peer: Any) -> dict[str, Any]:
    """A rule inside a security group."""
    empty = dict.fromkeys(("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups", "self"))
    return {**empty, "description": "Inline", "protocol": "tcp", "from_port": port, "to_port": port, **peer}


def _separate_rule(kind: str, name: str, owner: str, port: int, peer: dict[str, Any]) -> Resources:
    body: dict[str, Any] = {"security_group_id": f"${{aws_security_group.{owner}.id}}", "description": f"For {name}"}
    if other := peer.pop("other", None):
        body["referenced_security_group_id"] = f"${{aws_security_group.{other}.id}}"
    ports = {"ip_protocol": "tcp", "from_port": port, "to_port": port} if "ip_protocol" not in peer else {}
    return {kind: {name: {**body, **ports, **peer}}}


def network_acl(name: str, *subnets: str, **body: Any) -> Resources:
    """A network ACL of the VPC main for the named subnets."""
    ids = [f"${{aws_subnet.{item}.id}}" for item in subnets]
    return {"aws_network_acl": {name: {"vpc_id": "${aws_vpc.main.id}", "subnet_ids": ids, **body}}}


def acl_entry(
    name: str, number: int, ports: tuple[int, int], cidr: str, *, egress: bool = False, **body: Any
) -> Resources:
    """A TCP allow entry of the network ACL called main."""
    written = {
        "network_acl_id": "${aws_network_acl.main.id}",
        "rule_number": number,
        "egress": egress,
        "protocol": "tcp",
        "rule_action": "allow",
        "cidr_block": cidr,
        "from_port": ports[0],
        "to_port": ports[1],
    }
    return {"aws_network_acl_rule": {name: {**written, **body}}}


def inline_acl_entry(number: int, cidr: str, **body: Any) -> dict[str, Any]:
    """An entry inside a network ACL: all protocols, allowed."""
    empty = dict.fromkeys(("ipv6_cidr_block", "icmp_type", "icmp_code"))
    given = {"rule_no": number, "action": "allow", "protocol": "-1", "from_port": 0, "to_port": 0, "cidr_block": cidr}
    return {**empty, **given, **body}


def declared_flow(source: str, destination: str, port: int, cidrs: tuple[str, ...] = ()) -> dict[str, Any]:
    """A declared flow; ``cidrs`` are the CIDR blocks of an end called ``internet``."""
    ends = {
        side: {"name": name, "cidrs": list(cidrs) if name == "internet" else []}
        for side, name in (("source", source), ("destination", destination))
    }
    return {**ends, "protocol": "tcp", "port": port, "why": f"{source} calls {destination}"}
