"""The generated page is what the rules say today."""

from __future__ import annotations

from pathlib import Path

import pytest
from terraform_gate.checkov_engine.engine import checkov_ids
from terraform_gate.checkov_engine.exceptions import NOT_APPLIED
from terraform_gate.rules.catalog import all_rules

from tests.policies.gate_inputs import ROOT, run


@pytest.mark.feature("P5")
def test_page_is_up_to_date_and_says_so_when_not(tmp_path: Path) -> None:
    assert run("docs", "--check").returncode == 0, "Fix: python -m terraform_gate docs"
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "policies.md").write_text("old")
    answer = run("docs", "--check", cwd=tmp_path)
    assert answer.returncode == 1
    assert "Fix: python -m terraform_gate docs" in answer.stdout


@pytest.mark.feature("P5")
def test_comparison_has_every_rule() -> None:
    table = (ROOT / "docs" / "policies_compared.md").read_text()
    missing = [rule.id for rule in all_rules() if f"| {rule.id} |" not in table]
    assert not missing, "Fix: python -m bench.rule_table"


@pytest.mark.feature("P5")
@pytest.mark.parametrize("rule_id", NOT_APPLIED)
def test_what_is_left_out_exists_and_has_a_reason(rule_id: str) -> None:
    assert rule_id in checkov_ids()
    assert len(NOT_APPLIED[rule_id].split()) > 8
