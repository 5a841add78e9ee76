"""Every key declares the effect of a later change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from environments.fields import BRIEF_OUTAGE, CHECKS_ONLY, IN_PLACE, ROLLING
from environments.generated_files import docs_text
from environments.json_schema import Node, choices, resolved, schema
from operations.plan_guard import RULE

KINDS = (IN_PLACE, ROLLING, BRIEF_OUTAGE, CHECKS_ONLY, "replaces ", "not possible later: ")


def _keys(node: Node, prefix: str = "") -> Iterator[tuple[str, Node]]:
    """Each key that is not a section, with its node."""
    for name, raw in node["properties"].items():
        found = resolved(schema(), raw)
        inner = [resolved(schema(), option.get("items", option)) for option in choices(schema(), found)]
        sections = [option for option in inner if "properties" in option]
        if sections:
            yield from _keys(sections[0], f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", found


@pytest.mark.feature("E1")
def test_every_key_declares_the_effect_of_a_change() -> None:
    keys = dict(_keys(schema()))
    assert len(keys) > 100
    wrong = {path: node.get("effect") for path, node in keys.items() if not str(node.get("effect")).startswith(KINDS)}
    assert wrong == {}


@pytest.mark.feature("E1")
def test_documentation_shows_the_effect_and_the_rule_that_a_replacement_needs() -> None:
    text = docs_text()
    assert f"waiver of rule `{RULE}`" in " ".join(text.split())
    assert '| `"internal"` | plan | replaces the load balancer |' in text
