"""Attribute coverage separates attributes that tests read from those that they do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from terraform_harness.assertions.template import Template
from terraform_harness.coverage import RECORDED, cover, load, record, save

STACK: dict[str, Any] = {
    "resource": {
        "aws_s3_bucket": {"b": {"bucket": "b", "force_destroy": False, "tags": {}, "//": {}}},
        "aws_budgets_budget": {"b": {"limit_amount": "1"}},
    }
}


@pytest.mark.feature("H6")
def test_uncovered_attributes_and_types_are_named() -> None:
    found = cover([STACK], recorded=frozenset({("aws_s3_bucket", "bucket")}))
    assert found.uncovered == {"aws_s3_bucket": ("force_destroy",), "aws_budgets_budget": ("limit_amount",)}
    assert found.uncovered_types == ("aws_budgets_budget",)
    assert (found.covered, found.total) == (1, 3)


@pytest.mark.feature("H6")
def test_stack_without_attributes_is_covered() -> None:
    assert cover([{}], recorded=frozenset()).ratio == 1.0


@pytest.mark.feature("H6")
def test_attributes_read_by_assertions_are_recorded_in_a_file(tmp_path: Path) -> None:
    end = record()
    try:
        Template(STACK).any("aws_budgets_budget", limit_amount="1")
    finally:
        end()
    assert ("aws_budgets_budget", "limit_amount") in RECORDED
    for _ in range(2):
        save(tmp_path / "attributes")
    assert ("aws_budgets_budget", "limit_amount") in load([tmp_path / "attributes"])
