"""Coverage tells what is looked at from what is only there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from terraform_harness.assertions.template import Template
from terraform_harness.coverage import TOUCHED, cover, load, save, watch

STACK: dict[str, Any] = {
    "resource": {
        "aws_s3_bucket": {"b": {"bucket": "b", "force_destroy": False, "tags": {}, "//": {}}},
        "aws_budgets_budget": {"b": {"limit_amount": "1"}},
    }
}


@pytest.mark.feature("H6")
def test_untouched_attributes_and_blind_types_are_named() -> None:
    found = cover([STACK], touched=frozenset({("aws_s3_bucket", "bucket")}))
    assert found.untouched == {"aws_s3_bucket": ("force_destroy",), "aws_budgets_budget": ("limit_amount",)}
    assert found.blind == ("aws_budgets_budget",)
    assert (found.touched, found.total) == (1, 3)


@pytest.mark.feature("H6")
def test_empty_stack_is_covered() -> None:
    assert cover([{}], touched=frozenset()).ratio == 1.0


@pytest.mark.feature("H6")
def test_template_assertions_are_recorded_and_survive_a_file(tmp_path: Path) -> None:
    end = watch()
    try:
        Template(STACK).any("aws_budgets_budget", limit_amount="1")
    finally:
        end()
    assert ("aws_budgets_budget", "limit_amount") in TOUCHED
    for _ in range(2):
        save(tmp_path / "touches")
    assert ("aws_budgets_budget", "limit_amount") in load([tmp_path / "touches"])
