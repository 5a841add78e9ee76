"""Mutants for the rules about security groups."""

from __future__ import annotations

from tests.policies.rules.mutants.mutant import AIRFLOW, FOUNDATION, Documents, Mutants, add, body

MUTANTS = Mutants()
CLIENTS = "load_balancer_ingress_from_clients_443_203_0_113_0_24"
DATABASE_INGRESS = "scheduler_ingress_at_metadata_database_5432"


@MUTANTS.add("AF_SG_1", "the api-server accepts traffic from 0.0.0.0/0", "AF_SG_4", "AF_SG_6", "AF_NET_3")
def _(documents: Documents) -> None:
    rule = body(documents, "aws_vpc_security_group_ingress_rule", "load_balancer_ingress_at_api_server_8080")
    rule.pop("referenced_security_group_id")
    rule["cidr_ipv4"] = "0.0.0.0/0"


@MUTANTS.add("AF_SG_2", "a security-group rule has no description")
def _(documents: Documents) -> None:
    del body(documents, "aws_vpc_security_group_ingress_rule", DATABASE_INGRESS)["description"]


@MUTANTS.add("AF_SG_3", "the scheduler has unrestricted egress", "AF_SG_6", "AF_SG_8", "AF_NET_3", "AF_SG_5", "AF_SG_4")
def _(documents: Documents) -> None:
    rule = body(documents, "aws_vpc_security_group_egress_rule", "scheduler_egress_to_internet_443")
    for name in ("from_port", "to_port"):
        rule.pop(name)
    rule["ip_protocol"] = "-1"


@MUTANTS.add(
    "AF_SG_4", "the database accepts traffic from an internet-facing load balancer", "AF_SG_5", "AF_SG_6", "AF_NET_3"
)
def _(documents: Documents) -> None:
    body(documents, "aws_vpc_security_group_ingress_rule", CLIENTS)["cidr_ipv4"] = "0.0.0.0/0"
    rule = body(documents, "aws_vpc_security_group_ingress_rule", DATABASE_INGRESS)
    rule["referenced_security_group_id"] = "${aws_security_group.load_balancer_security_group.id}"


@MUTANTS.add("AF_SG_5", "the scheduler has no egress rule to the database", "AF_NET_3")
def _(documents: Documents) -> None:
    rules = documents[AIRFLOW]["resource"]["aws_vpc_security_group_egress_rule"]
    del rules["scheduler_egress_to_metadata_database_5432"]


@MUTANTS.add("AF_SG_6", "a security-group rule implements no declared flow", "AF_NET_3", "AF_SG_5")
def _(documents: Documents) -> None:
    rule = body(documents, "aws_vpc_security_group_ingress_rule", DATABASE_INGRESS)
    add(documents, "aws_vpc_security_group_ingress_rule", "more", {**rule, "from_port": 22, "to_port": 22})


@MUTANTS.add("AF_SG_7", "the default security group is not managed")
def _(documents: Documents) -> None:
    del documents[FOUNDATION]["resource"]["aws_default_security_group"]


@MUTANTS.add("AF_SG_8", "a security-group rule is duplicated")
def _(documents: Documents) -> None:
    rule = body(documents, "aws_vpc_security_group_ingress_rule", DATABASE_INGRESS)
    add(documents, "aws_vpc_security_group_ingress_rule", "again", dict(rule))
