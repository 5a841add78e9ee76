"""The examples in the docstrings of the harness run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest
import terraform_harness

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(terraform_harness.__path__, "terraform_harness.")
    if not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


@pytest.mark.parametrize(
    "name",
    [
        "assertions",
        "assertions.matchers",
        "assertions.template",
        "coverage",
        "mutation",
        "mutation.json_arguments",
        "mutation.mutant",
        "verification",
        "emulator.emulator",
        "tools",
    ],
)
def test_public_module_has_an_example(name: str) -> None:
    module = importlib.import_module(f"terraform_harness.{name}")
    assert any(test.examples for test in doctest.DocTestFinder().find(module))
