"""Tests of a module for ``terraform test``: it plans, its tags reach resources, each validation rejects a value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from modules.export import hcl
from modules.export.build import Module
from modules.export.examples import REGION
from modules.export.mock_values import ACCOUNT, mock_value
from modules.export.module_call import standalone_values
from modules.export.provider_data import CHECKS, CURRENT
from modules.export.rewriting import TAGS
from modules.export.tftest_blocks import assertion, flat, nested, variables_block
from modules.export.validation_runs import attribute_runs, validation_runs

PLAN, VALIDATION = "tests/plan.tftest.hcl", "tests/validation.tftest.hcl"
# Terraform cannot mock ephemeral resources. With these arguments the real provider plans without an AWS account.
OFFLINE = {
    "access_key": "none",
    "secret_key": "none",
    "skip_credentials_validation": True,
    "skip_metadata_api_check": True,
    "skip_region_validation": True,
    "skip_requesting_account_id": True,
}
EPHEMERAL_COMMENT = (
    "# Terraform cannot mock the ephemeral resources of this module. The provider is configured for plans without an\n"
    "# AWS account, and a first plan does not open the ephemeral resources."
)
_REFERENCE = re.compile(r"(?<![.\w])(aws_\w+)\.(\w+)(?:\[[^\]]*\])?\.(\w+)")


def test_files(module: Module) -> dict[str, str]:
    """The test files of the module by their path in its folder."""
    files = {PLAN: [*_preamble(module), *_plan_runs(module)]}
    runs = [*validation_runs(module), *attribute_runs(module)]
    if runs:
        files[VALIDATION] = [*_preamble(module), *runs]
    return {name: "\n\n".join(blocks) + "\n" for name, blocks in files.items()}


def _preamble(module: Module) -> Iterator[str]:
    if module.sections.get("ephemeral"):
        provider = hcl.block("provider", ("aws",), {"region": _region(module), **OFFLINE})
        yield EPHEMERAL_COMMENT + "\n" + "\n".join(provider)
    else:
        yield _mock_provider(module)
    yield from _overrides(module, account=ACCOUNT, region=_region(module), partition="aws")
    yield variables_block(standalone_values(module))


def _region(module: Module) -> str:
    return str(next((item.example for item in module.inputs if item.name == "region"), REGION))


def _overrides(module: Module, **values: str) -> Iterator[str]:
    """Values of the data sources, which the tests cannot read without an account."""
    attributes = {
        "aws_caller_identity": {"account_id": values["account"]},
        "aws_partition": {"partition": values["partition"]},
        "aws_region": {"id": values["region"]},
    }
    for kind in module.sections.get("data", {}):
        given = nested("values =", hcl.attributes({name: hcl.value(value) for name, value in attributes[kind].items()}))
        yield "\n".join(nested("override_data", [f"target = data.{kind}.{CURRENT}", "", *given]))


def _mock_provider(module: Module) -> str:
    lines = ["override_during = plan"]
    for kind, attributes in sorted(_computed_attributes(module).items()):
        defaults = {name: hcl.value(mock_value(kind, name)) for name in sorted(attributes)}
        lines += ["", *nested(f'mock_resource "{kind}"', nested("defaults =", hcl.attributes(defaults)))]
    return "\n".join(nested('mock_provider "aws"', lines))


def _computed_attributes(module: Module) -> dict[str, set[str]]:
    """Attributes by resource type that the module refers to and does not set."""
    found: dict[str, set[str]] = {}
    resources = module.sections.get("resource", {})
    for kind, name, attribute in _REFERENCE.findall(json.dumps([module.sections, module.outputs])):
        body = resources.get(kind, {}).get(name)
        if body is not None and attribute not in body:
            found.setdefault(kind, set()).add(attribute)
    return found


def _plan_runs(module: Module) -> Iterator[str]:
    """A plan with the example values and a tag; asserts that outputs have values and that resources have the tag."""
    outputs = [] if module.sections.get("ephemeral") else [_output_assert(*item) for item in module.outputs.items()]
    tagged = _tagged(module)
    lines = ["command = plan"]
    if tagged is not None:
        check = assertion(f'{tagged}.tags["team"] == "data"', f"{tagged} must have the tags of the input tags.")
        lines += ["", *variables_block({TAGS.name: {"team": "data"}}).split("\n"), "", *check]
    yield "\n".join(nested('run "plans_with_the_example_values"', [*lines, *flat(outputs)]))
    yield from _place_runs(module)
    yield from _precondition_runs(module)


def _precondition_runs(module: Module) -> Iterator[str]:
    """Plans of a single resource whose precondition fails."""
    for name, rejected in module.rejected.items():
        target = hcl.block("plan_options", (), {"target": [f"${{{rejected.address}}}"]})
        variables, expected = variables_block(rejected.values), f"expect_failures = [{rejected.address}]"
        lines = ["command = plan", "", *target, "", *variables.split("\n"), "", expected]
        yield "\n".join(nested(f'run "rejects_{name}"', lines))


def _place_runs(module: Module) -> Iterator[str]:
    """A plan with the provider of another account and region, which the module rejects."""
    checked = [f"data.{kind}.{CURRENT}" for kind, *_ in CHECKS if kind in module.sections.get("data", {})]
    if not checked:
        return
    target = hcl.block("plan_options", (), {"target": [f"${{{address}}}" for address in checked]})
    others = _overrides(module, account="2" * len(ACCOUNT), region="xx-north-1", partition="aws")
    expected = f"expect_failures = {hcl.list_(checked)}"
    blocks = "\n\n".join(["\n".join(target), *others, expected])
    lines = ["command = plan", "", *blocks.split("\n")]
    yield "\n".join(nested('run "rejects_another_account_or_region"', lines))


def _output_assert(name: str, body: Mapping[str, Any]) -> list[str]:
    several = isinstance(body["value"], list) or str(body["value"]).startswith(("${{", "${[", "${concat("))
    condition = f"length(output.{name}) > 0" if several else f'output.{name} != ""'
    return ["", *assertion(condition, f"The output {name} must have a value.")]


def _tagged(module: Module) -> str | None:
    for kind, items in module.sections.get("resource", {}).items():
        for name, body in items.items():
            if "var.tags" in str(body.get("tags")):
                return f"{kind}.{name}"
    return None
