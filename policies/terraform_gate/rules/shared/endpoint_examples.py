"""Terraform JSON of endpoints (load balancer, database, ECS service) for the examples of the network rules."""

from __future__ import annotations

from typing import Any

from terraform_gate.rules.shared.network_examples import ANYWHERE, subnet
from terraform_gate.rules.shared.resources import Resources, merge


def load_balancer(*, port: int = 443, internal: bool = False, groups: tuple[str, ...] = ("public",)) -> Resources:
    """A load balancer called public in the subnets public_a and public_b, with one listener."""
    listener = {
        "load_balancer_arn": "${aws_lb.public.arn}",
        "port": port,
        "protocol": "HTTP",
        "default_action": [{"type": "fixed-response", "fixed_response": [{"content_type": "text/plain"}]}],
    }
    body = {
        "name": "public",
        "load_balancer_type": "application",
        "internal": internal,
        "subnets": ["${aws_subnet.public_a.id}", "${aws_subnet.public_b.id}"],
        "security_groups": [f"${{aws_security_group.{name}.id}}" for name in groups],
    }
    return merge({"aws_lb": {"public": body}}, {"aws_lb_listener": {"public": listener}}, public_subnets())


def network_load_balancer() -> Resources:
    """An internet-facing network load balancer without security groups in the subnets public_a and public_b."""
    subnets = ["${aws_subnet.public_a.id}", "${aws_subnet.public_b.id}"]
    body = {"name": "public", "load_balancer_type": "network", "internal": False, "subnets": subnets}
    return merge({"aws_lb": {"public": body}}, public_subnets())


def public_subnets() -> Resources:
    """Two subnets with a route to the internet."""
    return merge(
        subnet("public_a", "10.0.0.0/24", availability_zone="eu-central-1a"),
        subnet("public_b", "10.0.1.0/24", availability_zone="eu-central-1b"),
        internet_route("public_a", "public_b"),
    )


def internet_route(*subnets: str) -> Resources:
    """A route table with a default route to an internet gateway, associated with the subnets."""
    route = {**_ROUTE, "cidr_block": ANYWHERE, "gateway_id": "${aws_internet_gateway.main.id}"}
    associations = {
        name: {"subnet_id": f"${{aws_subnet.{name}.id}}", "route_table_id": "${aws_route_table.public.id}"}
        for name in subnets
    }
    return {
        "aws_internet_gateway": {"main": {"vpc_id": "${aws_vpc.main.id}"}},
        "aws_route_table": {"public": {"vpc_id": "${aws_vpc.main.id}", "route": [route]}},
        **({"aws_route_table_association": associations} if associations else {}),
    }


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


def database(*, port: int = 5432, groups: tuple[str, ...] = ("database",)) -> Resources:
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
    return merge(
        {"aws_db_instance": {"database": body}, "aws_db_subnet_group": {"data": subnets}},
        subnet("data_a", "10.0.4.0/24", availability_zone="eu-central-1a"),
        subnet("data_b", "10.0.5.0/24", availability_zone="eu-central-1b"),
    )


def replication_group(**arguments: Any) -> Resources:
    """A replication group called broker with these arguments."""
    group = {"replication_group_id": "airflow", "description": "Celery broker", "node_type": "cache.t4g.micro"}
    return {"aws_elasticache_replication_group": {"broker": {**group, **arguments}}}


def ecs_service(name: str, *, groups: tuple[str, ...], subnets: tuple[str, ...] = ("app_a",)) -> Resources:
    """An ECS service, with the subnet app_a."""
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
    return merge({"aws_ecs_service": {name: body}}, subnet("app_a", "10.0.2.0/24", availability_zone="eu-central-1a"))
