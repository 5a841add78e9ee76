"""Generation and validation of secrets."""

from __future__ import annotations

import pytest

from operations.secret_specifications import RECIPES, wanted

ALL = wanted("celery")


@pytest.mark.feature("S1")
@pytest.mark.parametrize("name", ALL)
def test_generated_secret_is_valid(name: str) -> None:
    first, second = RECIPES[name].make(), RECIPES[name].make()
    assert first != second
    assert RECIPES[name].mistake(first) is None
