"""Generation and validation of secrets."""

from __future__ import annotations

import pytest

from environments.facts.secrets import SPECIFICATIONS, names_for_topology

ALL = names_for_topology("celery")


@pytest.mark.feature("S1")
@pytest.mark.parametrize("name", ALL)
def test_generated_secret_is_valid(name: str) -> None:
    first, second = SPECIFICATIONS[name].generate(), SPECIFICATIONS[name].generate()
    assert first != second
    assert SPECIFICATIONS[name].validate(first) is None
