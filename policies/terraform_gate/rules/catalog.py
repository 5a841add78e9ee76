"""Loads all rules."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from terraform_gate.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Load every rule file of every family, ordered by id.

    Raises:
        ValueError: two rules share an id.
    """
    files = sorted(file for file in _FOLDER.glob("*/*.py") if file.parent.name != "shared")
    modules = (import_module(f"terraform_gate.rules.{file.parent.name}.{file.stem}") for file in files)
    rules = [module.rule for module in modules if isinstance(getattr(module, "rule", None), Rule)]
    ids = [rule.id for rule in rules]
    if twice := {rule_id for rule_id in ids if ids.count(rule_id) > 1}:
        raise ValueError(f"more than one rule has the id {', '.join(sorted(twice))}")
    return tuple(sorted(rules, key=lambda rule: _order(rule.id)))


_FOLDER = Path(__file__).parent


def _order(rule_id: str) -> tuple[str, int]:
    family, _, number = rule_id.rpartition("_")
    return family, int(number)
