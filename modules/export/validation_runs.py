"""Runs of ``terraform test`` in which each validation of a module rejects a value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from modules.export import hcl
from modules.export.build import Module
from modules.export.inputs import Input, Rule
from modules.export.tftest_blocks import nested, variables_block

_ADDRESS = re.compile(r"\baws_\w+\.\w")


def validation_runs(module: Module) -> Iterator[str]:
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
    rounds = [round_ for group in groups for round_ in _rounds([item for item in simple if item.name in group])]
    rounds += [((item.name, rule),) for item in module.inputs for rule in item.rules if _is_alone(item, rule)]
    for number, round_ in enumerate(rounds, start=1):
        chosen = dict(pair for pair in round_ if pair is not None)
        given = {name: value for rule in chosen.values() for name, value in rule.given.items()}
        variables = variables_block(given | {name: rule.rejected for name, rule in chosen.items()})
        expected = f"expect_failures = {hcl.list_([f'var.{name}' for name in chosen])}"
        lines = ["command = plan", "", *variables.split("\n"), "", *expected.split("\n")]
        yield "\n".join(nested(f'run "rejects_invalid_values_{number}"', lines))


def _is_alone(item: Input, rule: Rule) -> bool:
    """Whether the test of ``rule`` needs values of other variables, and therefore a separate run."""
    return bool(rule.given) and not item.attributes


def _without_given(item: Input) -> Input:
    return replace(item, rules=tuple(rule for rule in item.rules if not _is_alone(item, rule)))


def attribute_runs(module: Module) -> Iterator[str]:
    """Each rule of a variable with attributes in a separate run, which plans a single resource."""
    for item in module.inputs:
        if not item.attributes:
            continue
        target = hcl.block("plan_options", (), {"target": [f"${{{_smallest(module, item)}}}"]})
        for number, rule in enumerate(item.rules, start=1):
            variables = variables_block({**rule.given, item.name: rule.rejected}).split("\n")
            expected = f"expect_failures = [var.{item.name}]"
            lines = ["command = plan", "", *target, "", *variables, "", expected]
            yield "\n".join(nested(f'run "rejects_invalid_{item.name}_{number}"', lines))


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
