"""Secret specifications: generated values, validation, topologies."""

from __future__ import annotations

import pytest

from environments.facts.secrets import BROKER_TOKEN, SPECIFICATIONS, names_for_topology
from environments.facts.topology import TOPOLOGIES


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_broker_token_exists_with_celery_only(topology: str) -> None:
    assert (BROKER_TOKEN in names_for_topology(topology)) == (topology == "celery")
    assert BROKER_TOKEN not in names_for_topology(topology, broker="iam")


@pytest.mark.feature("S1")
@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_generated_values_are_valid_and_differ(name: str) -> None:
    specification = SPECIFICATIONS[name]
    first, second = specification.generate(), specification.generate()
    assert specification.validate(first) is None
    assert first != second


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_validation_never_repeats_a_value(name: str) -> None:
    assert "hunter2" not in (SPECIFICATIONS[name].validate("hunter2") or "")
