"""Exported modules, called from plain HCL roots and planned with the real provider."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.terraform.run import Terraform, TerraformError
from terraform_harness.tools import require

from main import main
from modules.export import hcl, readme, write
from modules.export.build import Module
from modules.export.connected_root import CONNECTIONS
from modules.export.examples import REGION
from modules.export.mock_values import ACCOUNT
from tests.plan import structures
from tests.plan.export_roots import mock_output, offline, offline_provider, plan, resources, write_root

ENVIRONMENTS = Path(__file__).parents[2] / "environments"
# One process makes what the tests share.
pytestmark = structures.SHARED


@pytest.fixture(scope="module", autouse=True)
def _tools() -> None:
    require("terraform", "provider-mirror")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Module]]:
    """All modules of single constructs, written to a folder."""
    folder = tmp_path_factory.mktemp("exported")
    found = structures.of_constructs("prod")
    for module in found:
        write.write(folder / "modules" / module.name, structures.content("prod")[module.name])
    return folder, found


def root(folder: Path, modules: list[Module], change: Mapping[str, Mapping[str, Any]]) -> Path:
    """A plain HCL root that calls all ``modules`` with their example values; ``change`` overrides inputs by module."""
    calls = ["\n".join(hcl.block("provider", ("aws",), {"region": REGION, **offline(ACCOUNT)}))]
    for module in modules:
        values = {name: CONNECTIONS.get(name, value) for name, value in readme.example_values(module).items()}
        calls.append(
            readme.call(module, source=f"../modules/{module.name}", values=values | change.get(module.name, {}))
        )
    folder.mkdir()
    (folder / "main.tf").write_text("\n".join(calls))
    return folder


@pytest.mark.feature("M1")
def test_modules_are_called_from_a_plain_root_and_plan(exported: tuple[Path, list[Module]]) -> None:
    folder, modules = exported
    change = {name: {"destinations": DESTINATIONS} for name in ("network", "network-acls")}
    planned = plan(root(folder / "root", modules, change))
    made = {re.sub(r'\[".*"\]$', "", change["address"]) for change in planned["resource_changes"]}
    wanted = {
        f"module.{module.name.replace('-', '_')}.{name}" for module in modules for name in readme.addresses(module)
    }
    assert made == wanted
    assert len(made) > 60
    assert {change["change"]["actions"][0] for change in planned["resource_changes"]} == {"create"}


@pytest.mark.feature("M1")
def test_modules_are_formatted_and_bring_no_provider_backend_or_metadata(
    exported: tuple[Path, list[Module]],
) -> None:
    folder, modules = exported
    checked = subprocess.run(
        [require("terraform"), "fmt", "-check", "-recursive", "-no-color", folder / "modules"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout) == (0, "")
    for module in modules:
        files = list((folder / "modules" / module.name).glob("*.tf"))
        text = "\n".join(path.read_text() for path in files)
        assert {"versions.tf", "variables.tf"} <= {path.name for path in files}
        assert 'version = ">= 5.100.0, < 7.0.0"' in text
        for word in ('provider "', "backend", "metadata =", '"//"', "TfToken", "e+29"):
            assert word not in text, f"{module.name}: {word}"


DESTINATIONS = {
    "warehouse": {"cidr": "198.51.100.0/24", "port": 5439, "reason": "data warehouse"},
    "erp": {"security_group": "sg-0123456789abcdef0", "port": 1521, "reason": "ERP of the company"},
}
WRONG = {
    "network": (
        {"cidr": "10.0.0.0", "zones": ["eu-central-1a"]},
        ["cidr must be an IPv4 CIDR block", "zones must have 3 items"],
    ),
    "metadata-database": (
        {"storage_gib": 5, "instance_class": "t4g", "backup_retention_days": 1.5, "key_arn": "none"},
        [
            "storage_gib must be 20 to 59578",
            "instance_class must be an instance class such as db.t4g.medium",
            "backup_retention_days must be a whole number",
            "key_arn must be an ARN of kms",
        ],
    ),
    "flow-logs": (
        {"log_retention_days": 2, "account_id": "1"},
        ["log_retention_days must be one of 1, 3, 5", "12 digits"],
    ),
}


@pytest.mark.feature("M2")
def test_invalid_values_fail_with_the_messages_of_the_model(exported: tuple[Path, list[Module]]) -> None:
    folder, modules = exported
    wrong = root(folder / "wrong", modules, {name: values for name, (values, _) in WRONG.items()})
    terraform = Terraform(wrong)
    terraform.init(verify_once=True)
    with pytest.raises(TerraformError) as raised:
        terraform.plan()
    said = " ".join(str(raised.value).split())
    for name, (_, messages) in WRONG.items():
        for message in messages:
            assert message in said, f"{name}: {message}"


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every environment's stacks, synthesized."""
    out = tmp_path_factory.mktemp("synthesized")
    assert main(str(ENVIRONMENTS), str(out)) == 0
    return out / "stacks"


@pytest.mark.feature("M4")
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_modules_plan_what_the_environments_stacks_plan(environment: str, stacks: Path, tmp_path: Path) -> None:
    structure = structures.STRUCTURES[environment]
    published = json.loads((stacks / f"{environment}-foundation" / "cdk.tf.json").read_text())["output"]
    place = {"account": structure.account_id, "region": structure.region}
    given = {name: mock_output(name, output["value"], **place) for name, output in published.items()}
    calls: dict[str, Mapping[str, Any]] = {}
    providers = []
    for module in structures.of_stacks(environment):
        stack = json.loads((stacks / f"{environment}-{module.name}" / "cdk.tf.json").read_text())
        providers.append(offline_provider(stack))
        calls[f"stack-{module.name}"] = stack_call(tmp_path, stack, module, given)
        write.write(tmp_path / module.name, structures.content(environment)[module.name])
        calls[f"module-{module.name}"] = module_call(stack, module, given)
    assert all(provider == providers[0] for provider in providers)
    # One root: every command reads the provider's schema, which takes a second.
    planned = plan(write_root(tmp_path / "root", {"provider": {"aws": providers[0]}, "module": calls}))
    plans = [only(planned, name) for name in calls]
    assert any(client_rules(planned) for planned in plans)
    for of_stack, of_module in zip(plans[::2], plans[1::2], strict=True):
        expected, found = (dict(_named_alike(resources(planned))) for planned in (of_stack, of_module))
        assert acl_entries(of_module) == acl_entries(of_stack)
        assert client_rules(of_module) == client_rules(of_stack)
        assert sorted(found.keys() ^ expected.keys()) == []
        different = {
            address: (expected[address], found[address]) for address in expected if expected[address] != found[address]
        }
        assert different == {}
        assert len(expected) > 50


NAMED_BY_CIDR = ("aws_network_acl_rule.", "aws_vpc_security_group_ingress_rule.load_balancer_ingress_from_clients_")
"""A stack names these resources after CIDR blocks, which a module learns only from its caller."""


def _named_alike(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((address, body) for address, body in found.items() if not address.startswith(NAMED_BY_CIDR))


def client_rules(planned: Mapping[str, Any]) -> list[str]:
    """Return the rules for clients of the load balancer, without their addresses."""
    found = resources(planned).items()
    return sorted(json.dumps(body, sort_keys=True) for address, body in found if address.startswith(NAMED_BY_CIDR[1]))


def acl_entries(planned: Mapping[str, Any]) -> set[tuple[Any, ...]]:
    """What each ACL allows, without entries that another one covers: a module has more of these than a stack."""
    entries = {
        (
            re.sub(r"_(in|out)_.*$", "", address),
            body["egress"],
            body["protocol"],
            body["from_port"],
            body["to_port"],
            body["cidr_block"],
        )
        for address, body in resources(planned).items()
        if address.startswith("aws_network_acl_rule")
    }
    return {entry for entry in entries if not any(entry != other and _covers(other, entry) for other in entries)}


def _covers(wide: tuple[Any, ...], narrow: tuple[Any, ...]) -> bool:
    ports = wide[3] <= narrow[3] and narrow[4] <= wide[4]
    return wide[:3] == narrow[:3] and ports and IPv4Network(narrow[5]).subnet_of(IPv4Network(wide[5]))


def only(planned: Mapping[str, Any], call: str) -> Mapping[str, Any]:
    """The plan without the resources of other calls."""
    children = planned["planned_values"]["root_module"]["child_modules"]
    found = [child for child in children if child["address"] == f"module.{call}"]
    return {"planned_values": {"root_module": {"child_modules": found}}}


def stack_call(folder: Path, stack: Mapping[str, Any], module: Module, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A call of the stack as it was synthesized, with remote state replaced by ``given``."""
    left_out = {"//", "data", "terraform", "provider"}
    text = json.dumps({key: value for key, value in stack.items() if key not in left_out})
    for name in sorted(given, key=len, reverse=True):
        text = text.replace(f"data.terraform_remote_state.foundation.outputs.{name}", f"local.{name}")
    write_root(folder / f"stack-{module.name}", {**json.loads(text), "locals": dict(given)})
    return {"source": f"../stack-{module.name}"}


def module_call(stack: Mapping[str, Any], module: Module, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A call of the module with the environment's values."""
    values = readme.example_values(module, all_of_them=True)
    passed = {
        name: given[name] if str(value).startswith("${module.foundation") else value for name, value in values.items()
    }
    roles = stack["resource"].get("aws_iam_role", {}).values()
    # The bootstrap stack makes the boundary of an environment with CI roles; a caller of a module names it.
    boundaries = {role["permissions_boundary"] for role in roles if role.get("permissions_boundary")}
    passed |= dict.fromkeys(["iam_permissions_boundary"] if boundaries else [], next(iter(boundaries), None))
    return {"source": f"../{module.name}", **passed}
