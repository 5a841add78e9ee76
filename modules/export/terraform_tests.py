"""Tests of a module for ``terraform test``: it plans, its tags reach resources, each validation rejects a value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from modules.export import hcl
from modules.export.build import Module
from modules.export.examples import REGION
from modules.export.inputs import Input, Rule
from modules.export.mock_values import ACCOUNT, mock_value
from modules.export.provider_data import CHECKS, CURRENT
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
        provider = hcl.block("provider", ("aws",), {"region": _region(module), **OFFLINE})
        yield EPHEMERAL_COMMENT + "\n" + "\n".join(provider)
    else:
        yield _mock_provider(module)
    yield from _overrides(module, account=ACCOUNT, region=_region(module), partition="aws")
    yield _variables(standalone_values(module))


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
        given = _nested(
            "values =", hcl.attributes({name: hcl.value(value) for name, value in attributes[kind].items()})
        )
        yield "\n".join(_nested("override_data", [f"target = data.{kind}.{CURRENT}", "", *given]))


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
    yield from _place_runs(module)
    yield from _precondition_runs(module)


def _precondition_runs(module: Module) -> Iterator[str]:
    """Plans of a single resource whose precondition fails."""
    for name, refused in module.refused.items():
        target = hcl.block("plan_options", (), {"target": [f"${{{refused.address}}}"]})
        variables, expected = _variables(refused.values), f"expect_failures = [{refused.address}]"
        lines = ["command = plan", "", *target, "", *variables.split("\n"), "", expected]
        yield "\n".join(_nested(f'run "rejects_{name}"', lines))


def _place_runs(module: Module) -> Iterator[str]:
    """A plan with the provider of another account and region, which the module refuses."""
    checked = [f"data.{kind}.{CURRENT}" for kind, *_ in CHECKS if kind in module.sections.get("data", {})]
    if not checked:
        return
    target = hcl.block("plan_options", (), {"target": [f"${{{address}}}" for address in checked]})
    others = _overrides(module, account="2" * len(ACCOUNT), region="xx-north-1", partition="aws")
    expected = f"expect_failures = {hcl.list_(checked)}"
    blocks = "\n\n".join(["\n".join(target), *others, expected])
    lines = ["command = plan", "", *blocks.split("\n")]
    yield "\n".join(_nested('run "rejects_another_account_or_region"', lines))


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
    simple = [_without_given(item) for item in module.inputs if not item.attributes]
    others = {
        item.name: {name for rule in item.rules for name in rule.others}
        for item in module.inputs
        if not item.attributes
    }
    alone = {name for name, names in others.items() if not names}
    related = {name for name, names in others.items() if names and names <= alone}
    groups = (alone, related, others.keys() - alone - related)
    rounds = [one for group in groups for one in _rounds([item for item in simple if item.name in group])]
    rounds += [((item.name, rule),) for item in module.inputs for rule in item.rules if _is_alone(item, rule)]
    for number, round_ in enumerate(rounds, start=1):
        chosen = dict(pair for pair in round_ if pair is not None)
        given = {name: value for rule in chosen.values() for name, value in rule.given.items()}
        variables = _variables(given | {name: rule.rejected for name, rule in chosen.items()})
        expected = f"expect_failures = {hcl.list_([f'var.{name}' for name in chosen])}"
        lines = ["command = plan", "", *variables.split("\n"), "", *expected.split("\n")]
        yield "\n".join(_nested(f'run "rejects_invalid_values_{number}"', lines))


def _is_alone(item: Input, rule: Rule) -> bool:
    """Whether the test of ``rule`` needs values of other variables, and therefore a separate run."""
    return bool(rule.given) and not item.attributes


def _without_given(item: Input) -> Input:
    return replace(item, rules=tuple(rule for rule in item.rules if not _is_alone(item, rule)))


def _attribute_runs(module: Module) -> Iterator[str]:
    """Each rule of a variable with attributes in a separate run, which plans a single resource."""
    for item in module.inputs:
        if not item.attributes:
            continue
        target = hcl.block("plan_options", (), {"target": [f"${{{_smallest(module, item)}}}"]})
        for number, rule in enumerate(item.rules, start=1):
            variables = _variables({**rule.given, item.name: rule.rejected}).split("\n")
            expected = f"expect_failures = [var.{item.name}]"
            lines = ["command = plan", "", *target, "", *variables, "", expected]
            yield "\n".join(_nested(f'run "rejects_invalid_{item.name}_{number}"', lines))


def _smallest(module: Module, item: Input) -> str:
    """The address of the smallest resource that uses ``item``, if possible without a reference to another one."""
    locals_ = {name: json.dumps(value) for name, value in module.sections.get("locals", {}).items()}
    uses = [f"var.{item.name}", *(f"local.{name}" for name, text in locals_.items() if f"var.{item.name}" in text)]
    texts = {
        f"{kind}.{name}": json.dumps(body)
        for kind, items in module.sections["resource"].items()
        for name, body in items.items()
    }
    users = {address: text for address, text in texts.items() if any(use in text for use in uses)}
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
