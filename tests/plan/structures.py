"""Environments of every structure that modules are exported with."""

from __future__ import annotations

from collections.abc import Mapping

from environments import Environment, load
from environments.load import HOME, from_data
from tests.plan.permutations import ON_FARGATE, cases, data_of
from tests.unit.environments.cases import SMALLEST, changed


def _structures() -> Mapping[str, Environment]:
    examples = {name: load(HOME / f"{name}.yaml") for name in ("dev", "staging", "prod")}
    fargate = {name: from_data(changed(SMALLEST, data), source="test") for name, data in ON_FARGATE.items()}
    return examples | fargate | {"-".join(case.values()): from_data(data_of(case), source="test") for case in cases()}


STRUCTURES = _structures()
"""The example environments, and one environment of each topology and egress mode, by name."""
