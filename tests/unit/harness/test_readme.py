"""The examples in the README of the harness run."""

from __future__ import annotations

import doctest

from local.repository import ROOT


def test_examples_run() -> None:
    result = doctest.testfile(str(ROOT / "harness" / "README.md"), module_relative=False)
    assert result.failed == 0
    assert result.attempted >= 9
