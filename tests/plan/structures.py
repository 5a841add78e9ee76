"""Environments of every structure that modules are exported with."""

from __future__ import annotations

from collections.abc import Mapping

from environments import Environment, load
from environments.load import HOME, from_data
from tests.plan.permutations import cases, data_of


def _structures() -> Mapping[str, Environment]:
    examples = {name: load(HOME / f"{name}.yaml") for name in ("dev", "staging", "prod")}
    return examples | {"-".join(case.values()): from_data(data_of(case), source="test") for case in cases()}


STRUCTURES = _structures()
"""The example environments, and one environment of each topology and egress mode, by name."""
