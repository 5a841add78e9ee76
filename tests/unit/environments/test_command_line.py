"""``python -m environments`` as people meet it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from environments import generated_files, parse
from environments.__main__ import app
from tests.unit.environments.cases import SMALLEST, changed

ROOT = Path(__file__).parents[3]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "environments", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)


@pytest.mark.feature("E1")
def test_a_mistake_is_told_on_stderr_with_exit_2(tmp_path: Path) -> None:
    (tmp_path / "dev.yaml").write_text(yaml.safe_dump(changed(SMALLEST, {"region": "eu-centrl-1"})))
    before = sorted(tmp_path.iterdir())
    done = run("check", "--folder", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"{tmp_path}/dev.yaml: region: must be an AWS region such as eu-central-1, got 'eu-centrl-1'; "
        "did you mean 'eu-central-1'?\n"
    )
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.feature("E1")
def test_check_names_what_is_right_and_what_is_next(capsys: pytest.CaptureFixture[str]) -> None:
    assert not app(["check", "dev"], standalone_mode=False)
    assert capsys.readouterr().out == "dev: valid. Next: make synth\n"


@pytest.mark.feature("E1")
def test_show_gives_every_value(capsys: pytest.CaptureFixture[str]) -> None:
    app(["show", "prod"], standalone_mode=False)
    shown = parse(capsys.readouterr().out, source="shown")
    assert shown.database.multi_az
    assert "multi_az" in shown.database.model_fields_set


@pytest.mark.feature("E1")
def test_generated_files_are_current() -> None:
    assert generated_files.is_current(generated_files.SCHEMA_FILE, generated_files.schema_text()), (
        "python -m environments schema"
    )
    assert generated_files.is_current(generated_files.DOCS_FILE, generated_files.docs_text()), (
        "python -m environments docs"
    )
    assert generated_files.without_modeline(generated_files.HOME) == []


@pytest.mark.feature("E1")
@pytest.mark.parametrize("command", ["schema", "docs"])
def test_an_outdated_file_is_told_with_its_fix(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generated_files, "SCHEMA_FILE", tmp_path / "schema.json")
    monkeypatch.setattr(generated_files, "DOCS_FILE", tmp_path / "environment.md")
    assert app([command, "--check"], standalone_mode=False) == 1
    assert f"Fix: python -m environments {command}" in capsys.readouterr().err
    app([command], standalone_mode=False)
    assert not app([command, "--check"], standalone_mode=False)
    assert [file.suffix for file in tmp_path.iterdir()] in (["." + "json"], [".md"])


@pytest.mark.feature("M2")
def test_every_key_says_when_it_is_decided_and_what_it_is() -> None:
    schema = json.loads(generated_files.schema_text())
    for section in [schema, *schema["$defs"].values()]:
        for name, key in section["properties"].items():
            assert key["decided"] in {"synth", "plan"}, name
            assert key["description"], name
