"""When the value of a key is decided."""

from __future__ import annotations

import doctest

import pytest

from environments import json_schema
from environments.json_schema import decided


def test_examples_in_docstrings_are_right() -> None:
    result = doctest.testmod(json_schema)
    assert result.attempted
    assert result.failed == 0


@pytest.mark.feature("M2")
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("topology", "synth"),
        ("database.storage_gib", "plan"),
        ("components.scheduler.cpu", "plan"),
        ("workers[].spot_percent", "plan"),
        ("hibernation.timezone", "plan"),
    ],
)
def test_decision_is_declared_at_the_field(path: str, expected: str) -> None:
    assert decided(path) == expected


@pytest.mark.feature("M2")
@pytest.mark.parametrize("path", ["database", "database.storage", ""])
def test_path_without_a_value_is_rejected(path: str) -> None:
    with pytest.raises(KeyError):
        decided(path)
