"""Tests of a module for ``terraform test``: it plans, its tags reach resources, each validation rejects a value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from modules.export import hcl
from modules.export.build import Module
from modules.export.examples import REGION
from modules.export.inputs import Input, Rule
from modules.export.mock_values import mock_value
from modules.export.readme import standalone_values
from modules.export.rewriting import TAGS

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
_ADDRESS = re.compile(r"\baws_\w+\.\w")
_REFERENCE = re.compile(r"(?<![.\w])(aws_\w+)\.(\w+)(?:\[[^\]]*\])?\.(\w+)")


def test_files(module: Module) -> dict[str, str]:
    """The test files of the module by their path in its folder."""
    files = {PLAN: [*_preamble(module), *_plan_runs(module)]}
    runs = [*_validation_runs(module), *_attribute_runs(module)]
    if runs:
        files[VALIDATION] = [*_preamble(module), *runs]
    return {name: "\n\n".join(blocks) + "\n" for name, blocks in files.items()}


def _preamble(module: Module) -> Iterator[str]:
    if module.sections.get("ephemeral"):
        region = next((item.example for item in module.inputs if item.name == "region"), REGION)
        yield EPHEMERAL_COMMENT + "\n" + "\n".join(hcl.block("provider", ("aws",), {"region": region, **OFFLINE}))
    else:
        yield _mock_provider(module)
    yield _variables(standalone_values(module))


def _mock_provider(module: Module) -> str:
    lines = ["override_during = plan"]
    for kind, attributes in sorted(_computed_attributes(module).items()):
        defaults = {name: hcl.value(mock_value(kind, name)) for name in sorted(attributes)}
        lines += ["", *_nested(f'mock_resource "{kind}"', _nested("defaults =", hcl.attributes(defaults)))]
    return "\n".join(_nested('mock_provider "aws"', lines))


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
        check = _assert(f'{tagged}.tags["team"] == "data"', f"{tagged} must have the tags of the input tags.")
        lines += ["", *_variables({TAGS.name: {"team": "data"}}).split("\n"), "", *check]
    yield "\n".join(_nested('run "plans_with_the_example_values"', [*lines, *_flat(outputs)]))


def _output_assert(name: str, body: Mapping[str, Any]) -> list[str]:
    several = isinstance(body["value"], list) or str(body["value"]).startswith(("${{", "${[", "${concat("))
    condition = f"length(output.{name}) > 0" if several else f'output.{name} != ""'
    return ["", *_assert(condition, f"The output {name} must have a value.")]


def _assert(condition: str, message: str) -> list[str]:
    return _nested("assert", hcl.attributes({"condition": condition, "error_message": hcl.value(message)}))


def _tagged(module: Module) -> str | None:
    for kind, items in module.sections.get("resource", {}).items():
        for name, body in items.items():
            if "var.tags" in str(body.get("tags")):
                return f"{kind}.{name}"
    return None


def _validation_runs(module: Module) -> Iterator[str]:
    """The first rule of every variable in a run, the second one in another, and so on.

    Terraform does not check a variable whose validation refers to another invalid variable: such variables are not
    rejected in the same run as those, nor as variables that refer to them.
    """
    simple = [item for item in module.inputs if not item.attributes]
    others = {item.name: {name for rule in item.rules for name in rule.others} for item in simple}
    alone = {name for name, names in others.items() if not names}
    related = {name for name, names in others.items() if names and names <= alone}
    groups = (alone, related, others.keys() - alone - related)
    rounds = [one for group in groups for one in _rounds([item for item in simple if item.name in group])]
    for number, round_ in enumerate(rounds, start=1):
        chosen = dict(pair for pair in round_ if pair is not None)
        variables = _variables({name: rule.rejected for name, rule in chosen.items()})
        expected = f"expect_failures = {hcl.list_([f'var.{name}' for name in chosen])}"
        lines = ["command = plan", "", *variables.split("\n"), "", *expected.split("\n")]
        yield "\n".join(_nested(f'run "rejects_invalid_values_{number}"', lines))


def _attribute_runs(module: Module) -> Iterator[str]:
    """Each rule of a variable with attributes in a run of its own, which plans a single resource."""
    for item in module.inputs:
        if not item.attributes:
            continue
        target = hcl.block("plan_options", (), {"target": [f"${{{_smallest(module, item)}}}"]})
        for number, rule in enumerate(item.rules, start=1):
            variables = _variables({item.name: rule.rejected}).split("\n")
            expected = f"expect_failures = [var.{item.name}]"
            lines = ["command = plan", "", *target, "", *variables, "", expected]
            yield "\n".join(_nested(f'run "rejects_invalid_{item.name}_{number}"', lines))


def _smallest(module: Module, item: Input) -> str:
    """The address of the smallest resource that uses ``item``, if possible without a reference to another one."""
    users = {
        f"{kind}.{name}": json.dumps(body)
        for kind, items in module.sections["resource"].items()
        for name, body in items.items()
        if f"var.{item.name}" in json.dumps(body)
    }
    return min(users, key=lambda address: (bool(_ADDRESS.search(users[address])), len(users[address])))


def _rounds(inputs: Sequence[Input]) -> Iterable[tuple[tuple[str, Rule] | None, ...]]:
    return zip_longest(*([(item.name, rule) for rule in item.rules] for item in inputs if item.rules))


def _variables(values: Mapping[str, Any]) -> str:
    written = {name: hcl.value(value) for name, value in values.items()}
    return "\n".join(_nested("variables", hcl.attributes(written)))


def _nested(head: str, lines: list[str]) -> list[str]:
    return [f"{head} {{", *(f"  {line}" if line else "" for line in lines), "}"]


def _flat(groups: list[list[str]]) -> list[str]:
    return [line for group in groups for line in group]
