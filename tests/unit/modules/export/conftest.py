"""The modules of production, built once for all tests of this folder."""

from __future__ import annotations

import pytest

from environments import load
from environments.load import HOME
from modules.export import write
from modules.export.build import Module


@pytest.fixture(scope="session")
def every_module() -> dict[str, Module]:
    """Modules of single constructs and of stacks, by name."""
    found = write.modules((*write.MODULES, *write.STACKS), structure=load(HOME / "prod.yaml"))
    return {module.name: module for module in found}
