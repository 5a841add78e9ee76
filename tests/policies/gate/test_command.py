"""The command line passes each subcommand on, and takes every other word as a path."""

from __future__ import annotations

from pathlib import Path

import pytest
from terraform_gate.gate.command import main

from tests.policies.gate_inputs import CLEAN, Folder


@pytest.mark.feature("P7")
def test_reach_is_a_subcommand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    group = {"aws_security_group": {"web": {"name": "web", "vpc_id": "vpc-1"}}}
    assert main(["reach", str(Folder(tmp_path).write(group))]) == 0
    assert capsys.readouterr().out.startswith("app\n")


@pytest.mark.feature("P7")
def test_path_with_the_name_of_a_subcommand_is_evaluated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Folder(tmp_path).write(CLEAN, stack="docs")
    monkeypatch.chdir(tmp_path)
    assert main(["./docs"]) == 0
    assert "1 resource, " in capsys.readouterr().out
