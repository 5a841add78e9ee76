"""The generated pages match the rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from terraform_gate.checkov_engine.engine import checkov_ids
from terraform_gate.checkov_engine.exceptions import NOT_APPLIED
from terraform_gate.rules.catalog import all_rules

from local.repository import ROOT
from tests.policies.gate_inputs import run


@pytest.mark.feature("P5")
def test_docs_check_fails_when_the_page_is_out_of_date(tmp_path: Path) -> None:
    assert run("docs", "--check").returncode == 0, "Fix: python -m terraform_gate docs"
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "policies.md").write_text("old")
    answer = run("docs", "--check", cwd=tmp_path)
    assert answer.returncode == 1
    assert "Fix: python -m terraform_gate docs" in answer.stdout


@pytest.mark.feature("P5")
def test_comparison_lists_every_rule() -> None:
    table = (ROOT / "docs" / "policies_compared.md").read_text()
    missing = [rule.id for rule in all_rules() if f"| {rule.id} |" not in table]
    assert not missing, "Fix: python -m bench.rule_table"


@pytest.mark.feature("P5")
@pytest.mark.parametrize("rule_id", NOT_APPLIED)
def test_rule_that_is_not_applied_exists_and_has_a_reason(rule_id: str) -> None:
    assert rule_id in checkov_ids()
    assert len(NOT_APPLIED[rule_id].split()) > 8
