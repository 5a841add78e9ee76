"""Loads the scripts in docs/, which are no package."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

from local.repository import ROOT


def load(name: str) -> ModuleType:
    """The module ``docs/NAME.py``."""
    specification = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module  # dataclasses look their module up
    specification.loader.exec_module(module)
    return module
