"""Every network rule finds the mutant of a development environment that violates it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from terraform_gate.network.reading.network import network_of
from terraform_gate.reading.inputs import read
from terraform_harness.mutation import findings, written_mutant

from tests.policies.network.environments import EXISTING, RULES
from tests.policies.network.environments import findings as network_findings
from tests.synthesis import Deployment, deployed

Body = dict[str, Any]
Change = Callable[[Body, Body], None]


def bodies(document: dict[str, Any], kind: str, part: str = "") -> list[Body]:
    found = [body for name, body in document["resource"].get(kind, {}).items() if part in name]
    assert found, f"no {kind} with {part!r}"
    return found


def add(document: dict[str, Any], kind: str, body: Body) -> None:
    document["resource"].setdefault(kind, {})["mutant"] = body


def internet_ssh(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    direction = bodies(airflow, "aws_vpc_security_group_ingress_rule", "scheduler_ingress_at_metadata_database")[0]
    add(
        airflow,
        "aws_vpc_security_group_ingress_rule",
        {**direction, "cidr_ipv4": "0.0.0.0/0", "referenced_security_group_id": None, "from_port": 22, "to_port": 22},
    )


def open_egress(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    bodies(airflow, "aws_vpc_security_group_egress_rule", "scheduler_egress_to_internet")[0].update(
        ip_protocol="-1", from_port=None, to_port=None
    )


def no_description(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    bodies(airflow, "aws_vpc_security_group_egress_rule", "scheduler_egress_to_internet")[0]["description"] = None


def unpaired_rule(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    airflow["resource"]["aws_vpc_security_group_ingress_rule"].pop("scheduler_ingress_at_metadata_database_5432")


def load_balancer_to_database(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    """The internet reaches the load balancer, and the load balancer reaches the database."""
    bodies(airflow, "aws_lb")[0]["internal"] = False
    for body in bodies(airflow, "aws_vpc_security_group_ingress_rule", "ingress_from_clients"):
        body["cidr_ipv4"] = "0.0.0.0/0"
    direction = bodies(airflow, "aws_vpc_security_group_ingress_rule", "scheduler_ingress_at_metadata_database")[0]
    group = "${aws_security_group.load_balancer_security_group.id}"
    add(airflow, "aws_vpc_security_group_ingress_rule", {**direction, "referenced_security_group_id": group})


def undeclared_port(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    """Matching rules at both ends, so that only the missing flow reveals them."""
    for kind, part in (
        ("aws_vpc_security_group_ingress_rule", "scheduler_ingress_at_metadata_database"),
        ("aws_vpc_security_group_egress_rule", "scheduler_egress_to_metadata_database"),
    ):
        add(airflow, kind, {**bodies(airflow, kind, part)[0], "from_port": 5433, "to_port": 5433})


def unmanaged_default_group(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    foundation["resource"].pop("aws_default_security_group")


def duplicate_rule(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    add(
        airflow,
        "aws_vpc_security_group_egress_rule",
        dict(bodies(airflow, "aws_vpc_security_group_egress_rule", "scheduler_egress_to_metadata_database")[0]),
    )


def entries(foundation: dict[str, Any], tier: str, direction: str) -> list[Body]:
    return bodies(foundation, "aws_network_acl_rule", f"network_acls_{tier}_{direction}_")


def shadowed_deny(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    first = entries(foundation, "data", "in")[0]
    add(foundation, "aws_network_acl_rule", {**first, "rule_number": 32766, "rule_action": "deny"})


def no_reply_entries(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    for name in [name for name in foundation["resource"]["aws_network_acl_rule"] if "_data_out_" in name]:
        foundation["resource"]["aws_network_acl_rule"].pop(name)


def unneeded_port(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    first = entries(foundation, "data", "in")[0]
    add(foundation, "aws_network_acl_rule", {**first, "rule_number": 32766, "from_port": 3306, "to_port": 3306})


def internet_entry(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    entries(foundation, "data", "in")[0]["cidr_block"] = "0.0.0.0/0"


def subnet_without_acl(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    bodies(foundation, "aws_network_acl", "network_acls_data")[0]["subnet_ids"].pop()


def unmanaged_default_acl(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    foundation["resource"].pop("aws_default_network_acl")


def host_bits(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    first = entries(foundation, "data", "in")[0]
    first["cidr_block"] = first["cidr_block"].replace(".0.0/", ".0.7/")


def mixed_styles(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    bodies(foundation, "aws_network_acl", "network_acls_data")[0]["ingress"] = []


def narrow_reply(foundation: dict[str, Any], airflow: dict[str, Any]) -> None:
    """Wide enough for Linux clients, too narrow for load balancers and NAT gateways."""
    for body in entries(foundation, "public", "in"):
        if body["to_port"] == 65535:
            body["from_port"] = 32768


MUTANTS: dict[Change, set[str]] = {
    internet_ssh: {"AF_SG_1", "AF_SG_4", "AF_SG_6"},
    open_egress: {"AF_SG_3", "AF_SG_6"},
    no_description: {"AF_SG_2"},
    unpaired_rule: {"AF_SG_5", "AF_NET_3"},
    load_balancer_to_database: {"AF_SG_4", "AF_SG_5", "AF_SG_6"},
    undeclared_port: {"AF_SG_6"},
    unmanaged_default_group: {"AF_SG_7"},
    duplicate_rule: {"AF_SG_8"},
    shadowed_deny: {"AF_NACL_1"},
    no_reply_entries: {"AF_NACL_2", "AF_NET_3"},
    unneeded_port: {"AF_NACL_3"},
    internet_entry: {"AF_NACL_2", "AF_NACL_4"},
    subnet_without_acl: {"AF_NACL_5", "AF_NET_3"},
    unmanaged_default_acl: {"AF_NACL_6"},
    host_bits: {"AF_NET_1"},
    mixed_styles: {"AF_NET_2"},
    narrow_reply: {"AF_NET_3"},
}


def network_rules(folders: Sequence[Path]) -> frozenset[str]:
    """Report the network rules that find something: a detector of mutants."""
    configuration = next(item for item in read(list(folders)).configurations() if network_of(item).groups)
    return frozenset(network_findings(configuration))


def found(made: Deployment, change: Change) -> frozenset[str]:
    """Return the rules that find the mutant."""
    documents = {name: dict(document) for name, document in made.stacks.items()}
    mutant = written_mutant(
        change.__name__, documents, lambda stacks: change(stacks["dev-foundation"], stacks["dev-airflow"])
    )
    return findings(documents | dict(mutant.documents), network_rules)


@pytest.mark.feature("P2")
@pytest.mark.parametrize("change", MUTANTS, ids=lambda change: change.__name__)
def test_mutant_is_found_by_exactly_its_rules(change: Change) -> None:
    """Each mutant is found by exactly the listed rules."""
    assert found(deployed(network={"egress": "single_nat"}), change) == MUTANTS[change]


@pytest.mark.feature("N1")
@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (internet_ssh, {"AF_SG_1", "AF_SG_4", "AF_SG_6", "AF_NET_3"}),
        (unpaired_rule, {"AF_SG_5", "AF_NET_3"}),
        (undeclared_port, {"AF_SG_6", "AF_NET_3"}),
    ],
)
def test_security_groups_are_evaluated_in_an_existing_network(change: Change, rules: set[str]) -> None:
    assert found(deployed(network={"existing": EXISTING}), change) == rules


@pytest.mark.feature("P1")
def test_every_network_rule_has_a_mutant() -> None:
    in_rule_mutants = {"AF_NET_4", "AF_NET_5", "AF_NET_6", "AF_NET_7", "AF_NET_8", "AF_NET_9"}
    assert {rule.id for rule in RULES} == set().union(*MUTANTS.values()) | in_rule_mutants
