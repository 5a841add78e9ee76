"""Names in AWS, and the states and stacks that they belong to."""

from __future__ import annotations

import doctest

import pytest

from environments.facts import naming, stacks, state


@pytest.mark.parametrize("module", [naming, stacks, state], ids=lambda module: module.__name__)
def test_examples_in_docstrings_are_right(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted
    assert result.failed == 0


def test_names_of_one_environment_share_their_prefixes() -> None:
    names = naming.Names("airflow", "dev", "111111111111")
    for name in (names.one_off("migrate"), names.bucket("state"), names.secrets_key.removeprefix("alias/")):
        assert name.startswith(names.name)
    assert names.parameter("fernet-key").startswith(names.path)
