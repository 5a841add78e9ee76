"""Mutants for the rules about network ACLs."""

from __future__ import annotations

from typing import Any

from tests.policies.rules.mutants.mutant import FOUNDATION, Documents, Mutants, add, body

MUTANTS = Mutants()


def acl_entry(documents: Documents, name: str) -> Any:
    """Return an entry of a network ACL."""
    return body(documents, "aws_network_acl_rule", name)


MUTANTS.generated(
    "AF_NACL_2",
    "aws_network_acl_rule.network_acls_data_out_32768_61000_application",
    "drop_rule: removed",
    "AF_NET_3",
    "AF_NACL_3",
)
MUTANTS.generated(
    "AF_NACL_6",
    "aws_default_network_acl.network_default_network_acl",
    "drop_protector: removed",
)


@MUTANTS.written("AF_NACL_1", "two network ACL entries are identical")
def _(documents: Documents) -> None:
    first = acl_entry(documents, "network_acls_data_in_5432_application")
    add(documents, "aws_network_acl_rule", "again", {**first, "rule_number": 32766}, stack=FOUNDATION)


@MUTANTS.written("AF_NACL_3", "the network ACL of the data tier allows SSH from the application tier", "AF_NACL_2")
def _(documents: Documents) -> None:
    first = acl_entry(documents, "network_acls_data_in_5432_application")
    more = {**first, "rule_number": 32766, "from_port": 22, "to_port": 22}
    add(documents, "aws_network_acl_rule", "ssh", more, stack=FOUNDATION)


@MUTANTS.written("AF_NACL_4", "the network ACL of the data tier allows 0.0.0.0/0", "AF_NACL_2", "AF_NACL_3")
def _(documents: Documents) -> None:
    first = acl_entry(documents, "network_acls_data_in_5432_application")
    more = {**first, "rule_number": 32766, "from_port": 5432, "to_port": 5432, "cidr_block": "0.0.0.0/0"}
    add(documents, "aws_network_acl_rule", "internet", more, stack=FOUNDATION)


@MUTANTS.written("AF_NACL_5", "a data subnet uses the default network ACL", "AF_NET_3", "AF_NACL_2", "AF_NACL_3")
def _(documents: Documents) -> None:
    acl = body(documents, "aws_network_acl", "network_acls_data")
    acl["subnet_ids"] = acl["subnet_ids"][1:]
