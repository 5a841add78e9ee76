"""Every key declares the effect of a later change."""

from __future__ import annotations

import pytest
from terraform_gate.interruptions import RULE

from environments.fields import BRIEF_OUTAGE, CHECKS_ONLY, IN_PLACE, ROLLING
from environments.generated_files import docs_text
from environments.json_schema import keys

KINDS = (IN_PLACE, ROLLING, BRIEF_OUTAGE, CHECKS_ONLY, "replaces ", "not possible later: ")


@pytest.mark.feature("E1")
def test_every_key_declares_the_effect_of_a_change() -> None:
    found = dict(keys())
    assert len(found) > 100
    wrong = {path: node.get("effect") for path, node in found.items() if not str(node.get("effect")).startswith(KINDS)}
    assert wrong == {}


@pytest.mark.feature("E1")
def test_documentation_shows_the_effect_and_the_rule_that_a_replacement_needs() -> None:
    text = docs_text()
    assert f"waiver of rule `{RULE}`" in " ".join(text.split())
    assert '| `"internal"` | plan | replaces the load balancer |' in text
