"""Mutants for the rules about security groups."""

from __future__ import annotations

from tests.policies.rules.mutants.mutant import Documents, Mutants, add, body

MUTANTS = Mutants()
CLIENTS = "load_balancer_ingress_from_clients_443_203_0_113_0_24"
DATABASE_INGRESS = "scheduler_ingress_at_metadata_database_5432"

MUTANTS.generated(
    "AF_SG_1",
    "aws_vpc_security_group_ingress_rule.load_balancer_ingress_at_api_server_8080",
    "open_to_internet: cidr_ipv4 = 0.0.0.0/0",
    "AF_SG_4",
    "AF_SG_6",
    "AF_NET_3",
)
MUTANTS.generated(
    "AF_SG_2",
    "aws_vpc_security_group_ingress_rule.scheduler_ingress_at_metadata_database_5432",
    "no_description: no description",
)
MUTANTS.generated(
    "AF_SG_3",
    "aws_vpc_security_group_egress_rule.scheduler_egress_to_internet_443",
    "every_protocol: ip_protocol = -1",
    "AF_SG_6",
    "AF_SG_8",
    "AF_NET_3",
    "AF_SG_5",
    "AF_SG_4",
)
MUTANTS.generated(
    "AF_SG_5",
    "aws_vpc_security_group_egress_rule.scheduler_egress_to_metadata_database_5432",
    "drop_rule: removed",
    "AF_NET_3",
)
MUTANTS.generated(
    "AF_SG_7",
    "aws_default_security_group.network_default_security_group",
    "drop_protector: removed",
)


@MUTANTS.written(
    "AF_SG_4", "the database accepts traffic from an internet-facing load balancer", "AF_SG_5", "AF_SG_6", "AF_NET_3"
)
def _(documents: Documents) -> None:
    body(documents, "aws_vpc_security_group_ingress_rule", CLIENTS)["cidr_ipv4"] = "0.0.0.0/0"
    rule = body(documents, "aws_vpc_security_group_ingress_rule", DATABASE_INGRESS)
    rule["referenced_security_group_id"] = "${aws_security_group.load_balancer_security_group.id}"


@MUTANTS.written("AF_SG_6", "a security-group rule implements no declared flow", "AF_NET_3", "AF_SG_5")
def _(documents: Documents) -> None:
    rule = body(documents, "aws_vpc_security_group_ingress_rule", DATABASE_INGRESS)
    add(documents, "aws_vpc_security_group_ingress_rule", "more", {**rule, "from_port": 22, "to_port": 22})


@MUTANTS.written("AF_SG_8", "a security-group rule is duplicated")
def _(documents: Documents) -> None:
    rule = body(documents, "aws_vpc_security_group_ingress_rule", DATABASE_INGRESS)
    add(documents, "aws_vpc_security_group_ingress_rule", "again", dict(rule))
