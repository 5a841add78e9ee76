"""Modules exported from production contain no value of production: another company calls them with other values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.tools import require

from environments import load
from environments.load import HOME
from modules.export import write
from modules.export.build import Module
from modules.export.examples import NOT_GIVEN
from modules.export.inputs import Input
from tests.plan.export_roots import OFFLINE, plan, write_root

# One process makes what the tests share.
pytestmark = pytest.mark.xdist_group("export-other-company")

REGION = "ap-southeast-2"
# Values of production in any text: names, account, region, addresses.
PRODUCTION = re.compile(
    r"\bprod\b|333333333333|eu-central-1|10\.30\.|203\.0\.113|airflow\.example\.com|airflow@example|Z0PROD"
    r"|m7g\.large\b|github\.com|AAAAC3Nz|cost-center"
)
# The table of connections lists the instance classes that exist.
TABLE = re.compile(r'^ +"db\..*\n', re.MULTILINE)
TEXTS: dict[str, Any] = {
    "account_id": "999999999999",
    "airflow_image_tag": "other-7",
    "alarms_email": "ops@other.example",
    "architecture": "X86_64",
    "broker_node_type": "cache.r7g.large",
    "dags_branch": "release",
    "dags_known_hosts": ["git.other.example ssh-ed25519 AAAAother", "git.other.example ssh-rsa AAAAmore"],
    "dags_repository": "git@git.other.example:team/dags.git",
    "dags_subdirectory": "pipelines",
    "database_instance_class": "db.r6g.xlarge",
    "iam_path": "/other/",
    "iam_permissions_boundary": "arn:aws:iam::999999999999:policy/boundary",
    "load_balancer_allowed_cidrs": ["198.51.100.0/24", "192.0.2.0/24", "198.18.0.0/15"],
    "load_balancer_domain_name": "pipelines.other.example",
    "load_balancer_hosted_zone_id": "Z0OTHER00000",
    "load_balancer_scheme": "internal",
    "load_balancer_ssl_policy": "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "name_prefix": "pipelines",
    "network_cidr": "172.20.0.0/18",
    "region": REGION,
    "tags": {"owner": "other"},
    "zones": [f"{REGION}{letter}" for letter in "abc"],
}
INSTANCES = ("one", "two")
# Attributes that AWS requires to be unique in an account, or in the world.
CLAIMS = ("bucket", "dashboard_name", "alarm_name", "family", "identifier", "replication_group_id", "name")
# Names inside of a cluster, namespace, role or zone; families of parameter groups.
SCOPED = re.compile(
    r"aws_(ecs_service\.name|service_discovery_service\.name|appautoscaling_\w+\.name|iam_role_policy\.name"
    r"|route53_record\.name|\w+_parameter_group\.family)"
)


def other_value(item: Input) -> Any:
    """A valid value of ``item`` that differs from production."""
    if item.name in TEXTS:
        return TEXTS[item.name]
    current = item.default if item.current is NOT_GIVEN else item.current
    if item.type == "bool":
        return not current
    if item.type != "number":
        raise KeyError(f"TEXTS lacks {item.name}")
    choices = re.search(r"contains\((\[.*?\])", " ".join(rule.condition for rule in item.rules))
    allowed = json.loads(choices[1]) if choices else [current + 1, current - 1]
    bounds = [rule for rule in item.rules if " to " in rule.message and not choices]
    highest = float(re.findall(r"\d+", bounds[0].message)[-1]) if bounds else float("inf")
    return next(value for value in allowed if value != current and value <= highest)


def calls(modules: list[Module]) -> dict[str, Any]:
    """Two instances of each module; ``airflow`` takes the outputs of its ``foundation``."""
    made: dict[str, Any] = {}
    for module in modules:
        values: dict[str, Any] = {"for_each": f"${{toset({json.dumps(INSTANCES)})}}", "source": f"./{module.name}"}
        for item in module.inputs:
            if item.name == "name":
                values["name"] = "${each.key}"
            elif "module.foundation" in str(item.example):
                values[item.name] = item.example.replace("module.foundation", "module.foundation[each.key]")
            else:
                values[item.name] = other_value(item)
        made[module.name] = values
    return made


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Module]]:
    """Both stacks of production as modules, in a root that calls them."""
    require("terraform", "provider-mirror")
    modules = list(write.modules(write.STACKS, structure=load(HOME / "prod.yaml")))
    root = write_root(
        tmp_path_factory.mktemp("other") / "root",
        {"provider": {"aws": [{"region": REGION} | OFFLINE]}, "module": calls(modules)},
    )
    for module in modules:
        write.write(root / module.name, write.content(module))
    return root, modules


@pytest.fixture(scope="module")
def planned(exported: tuple[Path, list[Module]]) -> Mapping[str, Any]:
    return plan(exported[0])


@pytest.mark.feature("M1")
def test_modules_exported_from_production_hold_no_value_of_production(exported: tuple[Path, list[Module]]) -> None:
    root, _ = exported
    found = {
        f"{path.relative_to(root)}: {match[0]}"
        for path in root.rglob("*")
        if path.is_file() and path.name != "LICENSE"
        for match in PRODUCTION.finditer(TABLE.sub("", path.read_text()))
    }
    assert found == set()


@pytest.mark.feature("M1")
def test_plan_of_another_company_holds_no_value_of_production(planned: Mapping[str, Any]) -> None:
    text = json.dumps({key: planned[key] for key in ("planned_values", "resource_changes")})
    assert {match[0] for match in PRODUCTION.finditer(text)} == set()
    assert len(planned["resource_changes"]) > 400


@pytest.mark.feature("M1")
def test_every_client_of_another_company_has_its_rules(planned: Mapping[str, Any]) -> None:
    rules = [item["change"]["after"] for item in planned["resource_changes"] if "from_clients_443" in item["address"]]
    assert sorted(rule["cidr_ipv4"] for rule in rules) == sorted(2 * TEXTS["load_balancer_allowed_cidrs"])
    entries = [item for item in planned["resource_changes"] if item["type"] == "aws_network_acl_rule"]
    numbers = [
        (item["module_address"], re.sub(r"_\d+\W.*|_\d+$", "", item["address"]), item["change"]["after"]["rule_number"])
        for item in entries
    ]
    assert len(numbers) == len(set(numbers))


@pytest.mark.feature("M1")
def test_two_instances_in_one_root_claim_different_names(planned: Mapping[str, Any]) -> None:
    claims: dict[tuple[str, str, str], str] = {}
    for kind, attribute, value, address in _claims(planned):
        first = claims.setdefault((kind, attribute, value), address)
        assert first == address, f"{first} and {address} both have {attribute} {value}"
    assert len(claims) > 100


def _claims(planned: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for change in planned["resource_changes"]:
        for attribute in CLAIMS:
            value = change["change"]["after"].get(attribute)
            if isinstance(value, str) and not SCOPED.match(f"{change['type']}.{attribute}"):
                yield change["type"], attribute, value, change["address"]
