"""All rules of ours."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from policies.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Load every rule file beside this one, ordered by id.

    Raises:
        ValueError: two rules share an id.
    """
    stems = sorted(file.stem for file in Path(__file__).parent.glob("*.py") if not file.stem.startswith("_"))
    modules = (import_module(f"policies.{stem}") for stem in stems if stem not in _FRAME)
    rules = [module.rule for module in modules if isinstance(getattr(module, "rule", None), Rule)]
    ids = [rule.id for rule in rules]
    if twice := {rule_id for rule_id in ids if ids.count(rule_id) > 1}:
        raise ValueError(f"two rules are called {', '.join(sorted(twice))}")
    return tuple(sorted(rules, key=lambda rule: _order(rule.id)))


_FRAME = frozenset({"policies", "catalog"})


def _order(rule_id: str) -> tuple[str, int]:
    family, _, number = rule_id.rpartition("_")
    return family, int(number)
