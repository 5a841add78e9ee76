"""The worker groups of a module: a variable of the type ``map(object)``, and the group from which all others are made.

The stack is built with a single worker group, whose name, queues and numbers are markers.
:mod:`modules.export.repetition` then repeats its resources for each item of the variable.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from environments.model import Environment
from environments.rules.airflow import default_queue
from environments.sections.compute import DEFAULT_WORKERS, WorkerGroup
from modules.export import group_access, hcl
from modules.export.cross_rules import with_cross_rules
from modules.export.deferred_numbers import DeferredNumber
from modules.export.egress_rules import scope_of
from modules.export.examples import NOT_GIVEN
from modules.export.group_access_rules import rules_of_groups
from modules.export.inputs import WHOLE, Input, Rule, from_model, list_from_model
from modules.export.model_schema import properties_of
from modules.export.module_inputs import ModuleInputs
from modules.export.structural_input import StructuralInputError

VARIABLE = "worker_groups"
GROUP, QUEUE, VALUE = "EACHGROUP", "EACHQUEUE", "EACHVALUE"
"""Markers of a group's name, of its queues and of its attributes. Names of groups have no upper-case letters."""
SLOTS = "worker_slots"
# Totals over all groups: what is added up -> the local value that holds the sum.
TOTALS: Mapping[str, str] = {
    f"{VALUE}.max_count * {VALUE}.concurrency": SLOTS,
    f"{VALUE}.max_count * ({VALUE}.concurrency + 1)": "worker_connections",
    f"{VALUE}.max_count": "most_workers",
}
EXAMPLE = "example"


class GroupNumber(DeferredNumber):
    """A deferred number of each worker group; the sum over the groups is a local value of the module."""

    __slots__ = ()

    def __radd__(self, other: float) -> DeferredNumber:
        if self.expression not in TOTALS:
            raise StructuralInputError(self.variable, f"adding up {self.expression}")
        total = DeferredNumber(self.variable, f"local.{TOTALS[self.expression]}")
        return total if isinstance(other, int) and other == 0 else other + total


def marked_group(inputs: ModuleInputs) -> WorkerGroup:
    """The worker group whose attributes are markers; the module gets the variable ``worker_groups``."""
    numbers = {item.name: GroupNumber(f"{VARIABLE}.{item.name}", f"{VALUE}.{item.name}") for item in _numbers()}
    inputs.variables[VARIABLE] = variable(inputs.structure, used=())
    inputs.locals |= {
        name: f"${{sum([for group in values(var.{VARIABLE}) : {total.replace(VALUE, 'group')}])}}"
        for total, name in TOTALS.items()
    }
    inputs.locals |= group_access.LOCALS
    fields: dict[str, Any] = {"name": GROUP, "queues": (QUEUE,), **numbers, **group_access.access()}
    return DEFAULT_WORKERS[0].model_copy(update=fields)


def variable(structure: Environment, *, used: Collection[str]) -> Input:
    """The variable ``worker_groups`` of a module that uses the attributes ``used``.

    Args:
        structure: the environment whose worker groups the module is compared with.
        used: names of attributes.
    """
    attributes = [item for item in (_queues(), *_numbers()) if item.name in used]
    queue = default_queue(structure)
    shown = [*attributes, *(item for item in group_access.attributes() if item.name in used)]
    types = {item.name: _type(item) for item in shown}
    text = (
        "Pass the same value to the module airflow."
        if not attributes
        else "The name is part of the resource addresses."
    )
    return Input(
        name=VARIABLE,
        type=f"map(object({hcl.object_(types)}))",
        description=f"Worker groups by name. {text}",
        default={group.name: _given(group.model_copy(update={"queues": (queue,)}), used) for group in DEFAULT_WORKERS},
        rules=tuple(_rules(attributes, used, structure)),
        current={group.name: _given(group, used) for group in structure.workers},
        attributes=tuple(replace(item, example=NOT_GIVEN) for item in shown),
    )


def _queues() -> Input:
    return list_from_model("queues", properties_of(WorkerGroup)["queues"])


@cache
def _numbers() -> tuple[Input, ...]:
    found = (from_model(name, node) for name, node in properties_of(WorkerGroup).items() if name != "name")
    return tuple(item for item in found if item is not None)


def _type(item: Input) -> str:
    if item.name == "queues":
        return item.type
    default = {} if item.name in group_access.ACCESS else WorkerGroup.model_fields[item.name].default
    return f"optional({item.type})" if default is None else f"optional({item.type}, {hcl.value(default)})"


def _given(group: WorkerGroup, used: Collection[str]) -> dict[str, Any]:
    """The attributes of ``group`` that differ from the defaults, as a caller writes them."""
    values = group.model_dump(mode="json", exclude_defaults=True, exclude_none=True, exclude={"name"})
    values = {**values, "queues": sorted(group.queues), **group_access.given(group)}
    return {name: value for name, value in values.items() if name in used}


def smallest_group(structure: Environment) -> dict[str, Any]:
    """The attributes that a group must have."""
    return {"queues": [default_queue(structure)]}


def _rules(attributes: Sequence[Input], used: Collection[str], structure: Environment) -> Iterator[Rule]:
    queue = default_queue(structure)
    smallest = smallest_group(structure) if "queues" in used else {}
    pattern, label = properties_of(WorkerGroup)["name"]["pattern"], properties_of(WorkerGroup)["name"]["label"]
    yield Rule(
        condition=f"length(var.{VARIABLE}) > 0", message=f"{VARIABLE} must have at least one group.", rejected={}
    )
    yield Rule(
        condition=f"alltrue([for name in keys(var.{VARIABLE}) : can(regex({hcl.value(pattern)}, name))])",
        message=f"Each name in {VARIABLE} must be {label}.",
        rejected={"Not valid": smallest},
    )
    numbers = [item for item in attributes if item.type == "number"]
    if numbers:
        yield _whole(numbers, smallest)
    for item in with_cross_rules(attributes):
        yield from (_of_each(item, rule, smallest) for rule in item.rules if not rule.message.endswith(WHOLE))
    if "queues" in used:
        served = f"flatten([for group in values(var.{VARIABLE}) : group.queues])"
        yield Rule(
            condition=f"length(distinct({served})) == length({served})",
            message=f"Each queue must be listed once in {VARIABLE}: only one group may serve a queue.",
            rejected={"one": smallest, "two": smallest},
        )
        yield Rule(
            condition=f"contains({served}, {hcl.value(queue)})",
            message=f"A group in {VARIABLE} must serve the queue {queue}: it takes Airflow tasks that name no queue.",
            rejected={EXAMPLE: {"queues": ["another"]}},
        )
    yield from rules_of_groups(VARIABLE, smallest, used, scope_of(structure))


def _whole(numbers: Sequence[Input], smallest: Mapping[str, Any]) -> Rule:
    every = hcl.list_([f"group.{item.name}" for item in numbers])
    whole = f"[for number in {every} : number == null ? true : floor(number) == number]"
    return Rule(
        condition=f"alltrue(flatten([for group in values(var.{VARIABLE}) : {whole}]))",
        message=f"Each number in {VARIABLE} {WHOLE}",
        rejected={EXAMPLE: {**smallest, numbers[0].name: 512.5}},
    )


def _of_each(item: Input, rule: Rule, smallest: Mapping[str, Any]) -> Rule:
    """``rule`` of the attribute ``item``, for every worker group."""
    condition = re.sub(r"\bvar\.(\w+)", r"group.\1", rule.condition)
    message = re.sub(rf"\b{item.name}\b", f"{item.name} of each group in {VARIABLE}", rule.message, count=1)
    return replace(
        rule,
        condition=f"alltrue([for group in values(var.{VARIABLE}) : {condition}])",
        message=message,
        rejected={EXAMPLE: {**smallest, item.name: rule.rejected}},
        others=(),
    )
