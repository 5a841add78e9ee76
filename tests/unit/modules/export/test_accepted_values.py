"""A condition that accepts more is not a breaking change."""

from __future__ import annotations

import pytest

from modules.export.accepted_values import narrower


@pytest.mark.feature("M5")
@pytest.mark.parametrize(
    ("old", "new", "is_narrower"),
    [
        ("var.x >= 1 && var.x <= 5", "var.x >= 1 && var.x <= 9", False),
        ("var.x >= 1 && var.x <= 5", "var.x >= 1", False),
        ("var.x >= 1 && var.x <= 5", "var.x >= 2 && var.x <= 9", True),
        ("var.x >= 1", "var.x >= 1 && var.x <= 9", True),
        ('contains(["a"], var.x)', 'contains(["a", "b"], var.x)', False),
        ('contains(["a", "b"], var.x)', 'contains(["b"], var.x)', True),
        ('can(regex("^a", var.x))', 'can(regex("^b", var.x))', True),
        ('can(regex("^a", var.x))', "var.x >= 1", True),
    ],
)
def test_condition_is_narrower_when_it_rejects_an_accepted_value(old: str, new: str, is_narrower: bool) -> None:
    assert bool(narrower([old], [new])) == is_narrower


@pytest.mark.feature("M5")
def test_a_new_condition_is_narrower_and_an_equal_one_is_not() -> None:
    assert narrower([], ["var.x >= 1"]) == ["var.x >= 1"]
    assert narrower(["var.x >= 1"], ["var.x >= 1"]) == []
    assert narrower(["var.x >= 1"], []) == []
