"""The rules of egress, policies and secrets: of each group in ``worker_groups``, and of the variables of a service."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from modules.export.egress_rules import Scope
from modules.export.group_access import ACCESS
from modules.export.inputs import Rule
from modules.export.item_rules import DESTINATION, ITEMS, ItemRule, item_rules


def rules_of_groups(variable: str, smallest: Mapping[str, Any], used: Collection[str], scope: Scope) -> Iterator[Rule]:
    """The rules of the attributes that ``used`` contains, for every item of every worker group."""
    for name in (name for name in ACCESS if name in used):
        for found in item_rules(name, scope):
            condition = _condition(found, f"group.{name}")
            every = f"[for group in values(var.{variable}) : {condition}]"
            yield replace(
                found.rule,
                condition=f"alltrue({every if not found.items else f'flatten({every})'})",
                message=f"In {variable}, {found.where} {found.rule.message}",
                rejected={"example": {**smallest, name: found.rule.rejected}},
            )
    if "egress" in used:
        yield _same_in_groups(variable, smallest)


def rules_of_service(variable: str, name: str, scope: Scope) -> Iterator[Rule]:
    """The rules of ``variable``, which holds the items ``name`` of one service."""
    for found in item_rules(name, scope):
        condition = _condition(found, f"var.{variable}")
        yield replace(
            found.rule,
            condition=f"alltrue({condition})" if found.items else condition,
            message=f"{_subject(variable, found.where, name)} {found.rule.message}",
        )
    if name == "egress" and scope.groups:
        yield _same_as_groups(variable, scope.groups)


def _subject(variable: str, where: str, name: str) -> str:
    if where == name:
        return variable
    return f"In {variable}, {where.replace(f' of {name}', '').replace(f' in {name}', '')}"


def _condition(found: ItemRule, items: str) -> str:
    if not found.items:
        return found.rule.condition.replace(ITEMS, items)
    return f"[for item in {found.items}({items}) : {found.rule.condition}]"


def _same_in_groups(variable: str, smallest: Mapping[str, Any]) -> Rule:
    """The network ACLs have one set of entries for a destination of several groups."""
    known = f"merge([for other in values(var.{variable}) : other.egress]...)"
    every = f"[for name, egress in group.egress : egress == {known}[name]]"
    groups = {
        name: {
            **smallest,
            **({"queues": [name]} if smallest and name != "one" else {}),
            "egress": {"same": {**DESTINATION, "port": port}},
        }
        for name, port in (("one", 5439), ("two", 5440))
    }
    return Rule(
        condition=f"alltrue(flatten([for group in values(var.{variable}) : {every}]))",
        message=f"In {variable}, destinations of the same name in egress must be equal.",
        rejected=groups,
    )


def _same_as_groups(variable: str, groups: Mapping[str, Any]) -> Rule:
    """The network ACLs have one set of entries for a destination of the service and of a worker group."""
    every = "[for group in values(var.worker_groups) : try(group.egress[name] == egress, true)]"
    return Rule(
        condition=f"alltrue(flatten([for name, egress in var.{variable} : {every}]))",
        message=f"In {variable}, a destination must equal that of the same name in egress of worker_groups.",
        rejected={"same": {**DESTINATION, "port": 5440}},
        others=("worker_groups",),
        given={"worker_groups": {"example": {**groups, "egress": {"same": DESTINATION}}}},
    )
