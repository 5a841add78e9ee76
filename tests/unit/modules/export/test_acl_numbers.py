"""Entries of a network ACL have different numbers, or the plan says which names to change."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.assertions import Template
from terraform_harness.terraform.run import Terraform, TerraformError
from terraform_harness.tools import require

from modules.constructs.network_acls import LARGEST_RULE_NUMBER
from modules.export.acl_numbers import LOCAL, QUOTA
from modules.export.build import Module
from tests.plan.export_roots import write_root

ACL = "network_acls_application"
CLIENTS = ["192.0.2.0/24", "198.51.100.0/24"]


def number_of(name: str) -> int:
    digest = hashlib.sha256(f"{ACL}_out_destinations/{name}".encode()).hexdigest()
    return 1 + int(digest[:6], 16) % LARGEST_RULE_NUMBER


def names_with_the_same_number() -> tuple[str, str]:
    seen: dict[int, str] = {}
    for name in (f"warehouse-{index}" for index in count()):
        if (first := seen.setdefault(number_of(name), name)) != name:
            return first, name
    raise AssertionError


def plan_preconditions(folder: Path, module: Module, egress: Mapping[str, Any]) -> None:
    """Plan the preconditions of the network ACLs alone, without the AWS provider."""
    acls = {acl.address.partition(".")[2]: acl.values for acl in Template(module.sections).of_type("aws_network_acl")}
    guards = {name: {"lifecycle": body["lifecycle"]} for name, body in acls.items() if "lifecycle" in body}
    assert len(guards) == 1
    root = {
        "variable": {QUOTA.name: {"default": QUOTA.default}},
        "locals": {LOCAL: module.sections["locals"][LOCAL], "destinations": egress, "client_cidrs": CLIENTS},
        "resource": {"terraform_data": guards},
    }
    terraform = Terraform(write_root(folder, root))
    terraform.init()
    terraform.plan()


@pytest.mark.feature("M1")
def test_destinations_with_the_same_number_are_rejected_by_the_plan(
    every_module: dict[str, Module], tmp_path: Path
) -> None:
    require("terraform")
    first, second = names_with_the_same_number()
    destinations = {first: {"cidr": "192.0.2.0/28"}, second: {"cidr": "192.0.2.16/28"}, "erp": {"cidr": None}}
    foundation = every_module["foundation"]
    with pytest.raises(TerraformError, match="give a destination another name"):
        plan_preconditions(tmp_path / "same", foundation, destinations)
    taken = [entry.values for entry in Template(foundation.sections).of_type("aws_network_acl_rule")]
    fixed = {entry["rule_number"] for entry in taken if entry["egress"] and ACL in entry["network_acl_id"]}
    (name,) = [name for index in range(100_000) if number_of(name := f"n{index}") in fixed][:1]
    with pytest.raises(TerraformError, match="have the same number"):
        plan_preconditions(tmp_path / "fixed", foundation, {name: {"cidr": "192.0.2.0/28"}})
    plan_preconditions(tmp_path / "different", foundation, {first: destinations[first], "erp": {"cidr": None}})


@pytest.mark.feature("M2")
def test_more_rules_than_the_quota_are_rejected_by_the_plan(every_module: dict[str, Module], tmp_path: Path) -> None:
    require("terraform")
    # The outbound rules of the application subnets: nine of Airflow, the default rule, and one for each destination.
    destinations = {f"n{index}": {"cidr": f"192.0.2.{index}/32"} for index in range(11)}
    with pytest.raises(TerraformError, match="more rules than network_acl_rules_quota"):
        plan_preconditions(tmp_path / "eleven", every_module["foundation"], destinations)
    del destinations["n10"]
    plan_preconditions(tmp_path / "ten", every_module["foundation"], destinations)
