"""Mutants for the rules about routes, subnets and quotas."""

from __future__ import annotations

from tests.policies.rules.mutants.mutant import AIRFLOW, FOUNDATION, Documents, Mutants, add, body

MUTANTS = Mutants()
CLIENTS = "load_balancer_ingress_from_clients_443_203_0_113_0_24"


@MUTANTS.written("AF_NET_1", "a CIDR block has host bits set")
def _(documents: Documents) -> None:
    rule = body(documents, "aws_vpc_security_group_ingress_rule", CLIENTS)
    rule["cidr_ipv4"] = rule["cidr_ipv4"].replace(".0/24", ".7/24")


@MUTANTS.written("AF_NET_2", "a security group has inline and separate rules", "AF_SG_1", "AF_SG_6", "AF_NET_3")
def _(documents: Documents) -> None:
    group = body(documents, "aws_security_group", "api_server_security_group")
    group["ingress"] = [
        {"from_port": 8080, "to_port": 8080, "protocol": "tcp", "cidr_blocks": ["10.0.0.0/8"], "description": "more"}
    ]


@MUTANTS.written("AF_NET_3", "a declared flow is blocked")
def _(documents: Documents) -> None:
    flows = documents[AIRFLOW]["//"]["flows"]
    flows.append({**flows[0], "port": 6380, "why": "no rule allows it"})


@MUTANTS.written(
    "AF_NET_4", "a security group exceeds its quota", "AF_SG_6", "AF_NET_3", "AF_SG_1", "AF_SG_5", "AF_SG_8"
)
def _(documents: Documents) -> None:
    rule = body(documents, "aws_vpc_security_group_ingress_rule", CLIENTS)
    for number in range(1001):
        more = {**rule, "cidr_ipv4": f"198.18.{number // 250}.{number % 250}/32"}
        add(documents, "aws_vpc_security_group_ingress_rule", f"more_{number}", more)


@MUTANTS.written("AF_NET_5", "a default route leads to a transit gateway")
def _(documents: Documents) -> None:
    vpc = next(iter(documents[FOUNDATION]["resource"]["aws_vpc"]))
    route = {"cidr_block": "0.0.0.0/0", "transit_gateway_id": "tgw-0a1b2c3d"}
    add(documents, "aws_route_table", "elsewhere", {"vpc_id": f"${{aws_vpc.{vpc}.id}}", "route": [route]})


@MUTANTS.written("AF_NET_6", "the route table of an application subnet leads to the internet gateway", "AF_NET_3")
def _(documents: Documents) -> None:
    route = body(documents, "aws_route", "network_application_a_to_internet")
    del route["nat_gateway_id"]
    route["gateway_id"] = "${aws_internet_gateway.network_internet_gateway.id}"


@MUTANTS.written("AF_NET_7", "a NAT gateway is in an application subnet", "AF_NET_3")
def _(documents: Documents) -> None:
    body(documents, "aws_nat_gateway", "network_nat_a")["subnet_id"] = "${aws_subnet.network_application_a.id}"


@MUTANTS.written("AF_NET_8", "the scheduler has a public address")
def _(documents: Documents) -> None:
    body(documents, "aws_ecs_service", "scheduler_service")["network_configuration"]["assign_public_ip"] = True


@MUTANTS.written("AF_NET_9", "the scheduler has no security group", "AF_NET_3")
def _(documents: Documents) -> None:
    body(documents, "aws_ecs_service", "scheduler_service")["network_configuration"]["security_groups"] = []
