"""Pieces of Terraform JSON from which the examples of the network rules are put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Resources = dict[str, dict[str, dict[str, Any]]]
WORLD = "0.0.0.0/0"


def together(*parts: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Resources:
    """Merge pieces by type and name."""
    merged: Resources = {}
    for part in parts:
        for kind, named in part.items():
            merged.setdefault(kind, {}).update({name: dict(body) for name, body in named.items()})
    return merged


def vpc(**body: Any) -> Resources:
    """A VPC called main, 10.0.0.0/16."""
    return {"aws_vpc": {"main": {"cidr_block": "10.0.0.0/16", **body}}}


def subnet(name: str, cidr: str, **body: Any) -> Resources:
    """A subnet of main."""
    return {"aws_subnet": {name: {"vpc_id": "${aws_vpc.main.id}", "cidr_block": cidr, **body}}}


def group(name: str, **body: Any) -> Resources:
    """A security group of main."""
    given = {"name": name, "description": f"Members are {name}", "vpc_id": "${aws_vpc.main.id}"}
    return {"aws_security_group": {name: {**given, **body}}}


def way_in(name: str, into: str, port: int = 443, **peer: Any) -> Resources:
    """An ingress rule of the group ``into``; ``peer`` as the provider writes it, or ``source`` as another group."""
    return _lone("aws_vpc_security_group_ingress_rule", name, into, port, peer)


def way_out(name: str, out_of: str, port: int = 443, **peer: Any) -> Resources:
    """An egress rule of the group ``out_of``."""
    return _lone("aws_vpc_security_group_egress_rule", name, out_of, port, peer)


def inline(port: int = 443, **peer: Any) -> dict[str, Any]:
    """A rule inside a security group."""
    empty = dict.fromkeys(("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups", "self"))
    return {**empty, "description": "Inline", "protocol": "tcp", "from_port": port, "to_port": port, **peer}


def _lone(kind: str, name: str, owner: str, port: int, peer: dict[str, Any]) -> Resources:
    body: dict[str, Any] = {"security_group_id": f"${{aws_security_group.{owner}.id}}", "description": f"For {name}"}
    if other := peer.pop("other", None):
        body["referenced_security_group_id"] = f"${{aws_security_group.{other}.id}}"
    ports = {"ip_protocol": "tcp", "from_port": port, "to_port": port} if "ip_protocol" not in peer else {}
    return {kind: {name: {**body, **ports, **peer}}}


def acl(name: str, *subnets: str, **body: Any) -> Resources:
    """A network ACL of main for the named subnets."""
    ids = [f"${{aws_subnet.{item}.id}}" for item in subnets]
    return {"aws_network_acl": {name: {"vpc_id": "${aws_vpc.main.id}", "subnet_ids": ids, **body}}}


def line(name: str, number: int, ports: tuple[int, int], cidr: str, *, egress: bool = False, **body: Any) -> Resources:
    """A line of the network ACL called ``main``: TCP, allowed."""
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


def inline_line(number: int, cidr: str, **body: Any) -> dict[str, Any]:
    """A line inside a network ACL: every protocol, allowed."""
    empty = dict.fromkeys(("ipv6_cidr_block", "icmp_type", "icmp_code"))
    given = {"rule_no": number, "action": "allow", "protocol": "-1", "from_port": 0, "to_port": 0, "cidr_block": cidr}
    return {**empty, **given, **body}


def balancer(*, port: int = 443, internal: bool = False, groups: tuple[str, ...] = ("door",)) -> Resources:
    """A load balancer called door in the subnets public_a and public_b, listening on one port."""
    listener = {
        "load_balancer_arn": "${aws_lb.door.arn}",
        "port": port,
        "protocol": "HTTP",
        "default_action": [{"type": "fixed-response", "fixed_response": [{"content_type": "text/plain"}]}],
    }
    body = {
        "name": "door",
        "load_balancer_type": "application",
        "internal": internal,
        "subnets": ["${aws_subnet.public_a.id}", "${aws_subnet.public_b.id}"],
        "security_groups": [f"${{aws_security_group.{name}.id}}" for name in groups],
    }
    return together({"aws_lb": {"door": body}}, {"aws_lb_listener": {"door": listener}}, public_subnets())


def public_subnets() -> Resources:
    """Two subnets with a route to the internet."""
    table = {
        "vpc_id": "${aws_vpc.main.id}",
        "route": [{**_ROUTE, "cidr_block": WORLD, "gateway_id": "${aws_internet_gateway.main.id}"}],
    }
    links = {
        f"public_{zone}": {
            "subnet_id": f"${{aws_subnet.public_{zone}.id}}",
            "route_table_id": "${aws_route_table.public.id}",
        }
        for zone in "ab"
    }
    return together(
        subnet("public_a", "10.0.0.0/24", availability_zone="eu-central-1a"),
        subnet("public_b", "10.0.1.0/24", availability_zone="eu-central-1b"),
        {"aws_internet_gateway": {"main": {"vpc_id": "${aws_vpc.main.id}"}}},
        {"aws_route_table": {"public": table}, "aws_route_table_association": links},
    )


_ROUTE = dict.fromkeys(
    (
        "carrier_gateway_id",
        "core_network_arn",
        "destination_prefix_list_id",
        "egress_only_gateway_id",
        "ipv6_cidr_block",
        "local_gateway_id",
        "nat_gateway_id",
        "network_interface_id",
        "transit_gateway_id",
        "vpc_endpoint_id",
        "vpc_peering_connection_id",
    )
)
"""Attribute-as-block lists need every attribute in JSON."""


def store(*, port: int = 5432, groups: tuple[str, ...] = ("database",)) -> Resources:
    """A PostgreSQL instance called database in the subnets data_a and data_b."""
    body = {
        "identifier": "database",
        "engine": "postgres",
        "instance_class": "db.t4g.micro",
        "allocated_storage": 20,
        "username": "airflow",
        "manage_master_user_password": True,
        "port": port,
        "db_subnet_group_name": "${aws_db_subnet_group.data.name}",
        "vpc_security_group_ids": [f"${{aws_security_group.{name}.id}}" for name in groups],
        "skip_final_snapshot": True,
    }
    subnets = {"name": "data", "subnet_ids": ["${aws_subnet.data_a.id}", "${aws_subnet.data_b.id}"]}
    return together(
        {"aws_db_instance": {"database": body}, "aws_db_subnet_group": {"data": subnets}},
        subnet("data_a", "10.0.4.0/24", availability_zone="eu-central-1a"),
        subnet("data_b", "10.0.5.0/24", availability_zone="eu-central-1b"),
    )


def task(name: str, *, groups: tuple[str, ...], subnets: tuple[str, ...] = ("app_a",)) -> Resources:
    """An ECS service called ``name``, with the subnet app_a."""
    body = {
        "name": name,
        "cluster": "main",
        "task_definition": "airflow:1",
        "desired_count": 1,
        "launch_type": "FARGATE",
        "network_configuration": {
            "subnets": [f"${{aws_subnet.{item}.id}}" for item in subnets],
            "security_groups": [f"${{aws_security_group.{item}.id}}" for item in groups],
        },
    }
    return together(
        {"aws_ecs_service": {name: body}}, subnet("app_a", "10.0.2.0/24", availability_zone="eu-central-1a")
    )


def flow(source: str, destination: str, port: int, cidrs: tuple[str, ...] = ()) -> dict[str, Any]:
    """A declared flow; ``cidrs`` are those of an end called ``internet``."""
    ends = {
        side: {"name": name, "cidrs": list(cidrs) if name == "internet" else []}
        for side, name in (("source", source), ("destination", destination))
    }
    return {**ends, "protocol": "tcp", "port": port, "why": f"{source} calls {destination}"}
