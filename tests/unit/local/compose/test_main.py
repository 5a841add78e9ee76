"""The commands ``up``, ``down`` and ``logs`` report a missing engine."""

from __future__ import annotations

import pytest
from terraform_harness import tools
from typer.testing import CliRunner

from local.compose import __main__ as command


@pytest.mark.parametrize("verb", ["up", "down", "logs"])
def test_missing_engine_ends_with_its_fix_and_exit_code_2(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "find", lambda _: None)
    done = CliRunner().invoke(command.app, [verb, "dev"])
    assert done.exit_code == 2
    assert "docker is missing. Fix: start a container engine" in done.output
    assert "Traceback" not in done.output
