"""Validation rules between two variables of a module: the rules of ``environments/rules`` in Terraform.

A condition of a ``validation`` block may refer to other variables since Terraform 1.9.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from modules.export.cross_rule_definitions import RULES
from modules.export.inputs import Input, Rule


def with_applicable_rules(inputs: Sequence[Input]) -> tuple[Input, ...]:
    """``inputs`` with the rules between them, and without rules that refer to a variable which is none of them."""
    names = {item.name for item in inputs}
    return tuple(
        replace(item, rules=tuple(rule for rule in item.rules if names.issuperset(rule.others)))
        for item in with_cross_rules(inputs)
    )


def with_cross_rules(inputs: Sequence[Input]) -> tuple[Input, ...]:
    """``inputs`` with the rules whose variables are all among them."""
    names = {item.name for item in inputs}
    return tuple(replace(item, rules=(*item.rules, *_rules(item, names))) for item in inputs)


def _rules(item: Input, names: Iterable[str]) -> Iterator[Rule]:
    fits = [rule for rule in RULES if item.name == rule.target or _ends_with(item.name, rule.target)]
    longest = max((len(rule.target) for rule in fits), default=0)  # min_count is not a count
    for rule in fits:
        if len(rule.target) < longest:
            continue
        prefix = item.name.removesuffix(rule.target)
        others = {other: next((n for n in (prefix + other, other) if n in names), None) for other in rule.others}
        if None in others.values() or item.name in others.values():
            continue
        shown = isinstance(rule.rejected, list) and isinstance(item.example, list)
        rejected = rule.rejected[: len(item.example)] if shown else rule.rejected
        variables = {key: f"var.{name}" for key, name in others.items()}
        yield Rule(
            condition=rule.condition.format(target=f"var.{item.name}", **variables),
            message=f"{item.name} {rule.message.format(**others)}",
            rejected=rejected,
            others=tuple(str(name) for name in others.values()),
            given=rule.given,
        )


def _ends_with(name: str, target: str) -> bool:
    """Whether ``name`` is ``target`` with a prefix; the key ``name`` is that of the environment only."""
    return target != "name" and name.endswith(f"_{target}")
