"""Modules in an existing VPC, and only the stores for a foreign ECS cluster; test_export_modules.py calls them all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.tools import require

from modules.export import write
from modules.export.connected_root import calls
from modules.export.examples import REGION
from modules.export.mock_values import ACCOUNT
from tests.plan import structures
from tests.plan.export_roots import offline, plan, write_root

# One process makes what the tests share.
pytestmark = structures.SHARED

STORES = ("metadata-database", "broker")
NETWORK = ("aws_vpc.", "aws_subnet", "aws_route", "aws_nat_gateway", "aws_internet_gateway", "aws_network_acl")
VPC: Mapping[str, Any] = {
    "vpc_id": "vpc-0aaaaaaaaaaaaaaaa",
    **{f"{tier}_subnet_ids": [f"subnet-{tier[0]}{zone}" for zone in "abc"] for tier in ("application", "data")},
}
FOREIGN_TASK = "sg-0bbbbbbbbbbbbbbbb"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all modules of production."""
    require("terraform", "provider-mirror")
    folder = tmp_path_factory.mktemp("adoption")
    for name, files in structures.content("prod").items():
        write.write(folder / name, files)
    return folder


def created(exported: Path, root: Path, *names: str, own: Mapping[str, Any], more: Mapping[str, Any]) -> set[str]:
    """Addresses that a root creates which calls ``names`` and passes ``own`` instead of outputs of other modules."""
    made = calls(exported, names)
    for values in made.values():
        values |= {name: value for name, value in own.items() if name in values}
    used = {name: values for name, values in made.items() if name != "network" or not own}
    blocks = {name: {"source": f"{exported}/{name.replace('_', '-')}", **values} for name, values in used.items()}
    provider = {"aws": [{"region": REGION} | offline(ACCOUNT)]}
    planned = plan(write_root(root, {"provider": provider, "module": blocks, **more}))
    actions = {tuple(change["change"]["actions"]) for change in planned["resource_changes"]}
    assert actions == {("create",)}
    return {change["address"] for change in planned["resource_changes"]}


def types(addresses: set[str]) -> set[str]:
    return {match[1] for address in addresses if (match := re.search(r"(aws_\w+)\.\w+(?:\[.*\])?$", address))}


@pytest.mark.feature("M1")
def test_an_existing_vpc_gets_database_broker_and_services_and_no_network(exported: Path, tmp_path: Path) -> None:
    names = (*STORES, "cluster", "service", "worker-group")
    found = created(exported, tmp_path / "root", *names, own=VPC, more={})
    assert {"aws_db_instance", "aws_elasticache_replication_group", "aws_ecs_service"} <= types(found)
    assert {kind for kind in types(found) if f"{kind}.".startswith(NETWORK)} == set()


@pytest.mark.feature("M1")
def test_a_foreign_ecs_cluster_gets_only_database_and_broker(exported: Path, tmp_path: Path) -> None:
    rules = {
        store: {
            "security_group_id": f"${{module.{store}.security_group_id}}",
            "referenced_security_group_id": FOREIGN_TASK,
            "ip_protocol": "tcp",
            "from_port": port,
            "to_port": port,
        }
        for store, port in (("metadata_database", 5432), ("broker", 6379))
    }
    more = {"resource": {"aws_vpc_security_group_ingress_rule": rules}}
    found = created(exported, tmp_path / "root", *STORES, own=VPC, more=more)
    assert {"aws_db_instance", "aws_elasticache_replication_group"} <= types(found)
    assert {f"aws_vpc_security_group_ingress_rule.{name}" for name in rules} <= found
    assert not any(f"{kind}.".startswith(("aws_ecs", *NETWORK)) for kind in types(found))
