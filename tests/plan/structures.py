"""Environments of every structure that modules are exported with, and their modules, built once in a process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from environments import Environment, load
from environments.load import HOME, from_data
from modules.export import write
from modules.export.build import Module
from tests.plan.permutations import ON_FARGATE, cases, data_of
from tests.unit.environments.cases import SMALLEST, changed


def _structures() -> Mapping[str, Environment]:
    examples = {name: load(HOME / f"{name}.yaml") for name in ("dev", "staging", "prod")}
    fargate = {name: from_data(changed(SMALLEST, data), source="test") for name, data in ON_FARGATE.items()}
    return examples | fargate | {"-".join(case.values()): from_data(data_of(case), source="test") for case in cases()}


STRUCTURES = _structures()
"""The example environments, and one environment of each topology and egress mode, by name."""
SHARED = [pytest.mark.xdist_group("exported-modules"), pytest.mark.long]
"""Marks of the tests that share the modules: to build and write those of one structure takes seconds."""


@cache
def modules(name: str) -> Mapping[str, Module]:
    """All modules with the structure ``name``, by their names: those of single constructs, then those of stacks."""
    found = write.modules((*write.MODULES, *write.STACKS), structure=STRUCTURES[name])
    return {module.name: module for module in found}


@cache
def content(name: str) -> Mapping[str, Mapping[str, str]]:
    """The files of all modules with the structure ``name``, by the name of the module."""
    return {module.name: write.content(module) for module in modules(name).values()}


def of_constructs(name: str) -> list[Module]:
    """The modules of single constructs with the structure ``name``."""
    return [modules(name)[source.name] for source in write.MODULES]


def of_stacks(name: str) -> list[Module]:
    """The modules of the stacks of an environment with the structure ``name``."""
    return [modules(name)[source.name] for source in write.STACKS]
