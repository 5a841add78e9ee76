"""``python -m environments`` on the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from environments import generated_files, parse
from environments.__main__ import app
from local.repository import ROOT
from tests.unit.environments.cases import SMALLEST, changed


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "environments", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)


@pytest.mark.feature("E1")
def test_problem_is_printed_to_stderr_with_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "dev.yaml").write_text(yaml.safe_dump(changed(SMALLEST, {"region": "eu-centrl-1"})))
    before = sorted(tmp_path.iterdir())
    done = run("check", "--folder", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"{tmp_path}/dev.yaml: region: must be a commercial AWS region such as eu-central-1 "
        "(GovCloud and China are not supported), got 'eu-centrl-1'; "
        "did you mean 'eu-central-1'? Fix: change the value\n"
    )
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.feature("E1")
def test_check_prints_valid_environments_and_the_next_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert not app(["check", "dev"], standalone_mode=False)
    assert capsys.readouterr().out == "dev: valid. Next: make synth\n"


@pytest.mark.feature("E1")
def test_show_prints_every_value(capsys: pytest.CaptureFixture[str]) -> None:
    app(["show", "prod"], standalone_mode=False)
    shown = parse(capsys.readouterr().out, source="shown")
    assert shown.database.multi_az
    assert "multi_az" in shown.database.model_fields_set


@pytest.mark.feature("E1")
@pytest.mark.parametrize("command", ["schema", "docs"])
def test_outdated_file_is_reported_with_its_fix(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generated_files, "SCHEMA_FILE", tmp_path / "schema.json")
    monkeypatch.setattr(generated_files, "DOCS_FILE", tmp_path / "environment.md")
    assert app([command, "--check"], standalone_mode=False) == 1
    assert f"Fix: .venv/bin/python -m environments {command}" in capsys.readouterr().err
    app([command], standalone_mode=False)
    assert not app([command, "--check"], standalone_mode=False)
    assert [file.suffix for file in tmp_path.iterdir()] in (["." + "json"], [".md"])
