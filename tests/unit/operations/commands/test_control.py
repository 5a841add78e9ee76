"""The commands that act: questions, exit codes, the next command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.operations.cloud import Cloud, exit_codes
from tests.unit.operations.command_line import run


@pytest.mark.feature("O8")
def test_airflow_command_ends_with_its_own_exit_code(
    folder: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moto.ecs.models.Container.__init__", exit_codes(3))
    code, _, err = run(folder, "airflow", "dev", "--", "dags", "trigger", "--conf", "{}", "load")
    assert (code, "exit code 3" in err) == (3, True)
    assert cloud.tasks()[0]["overrides"]["containerOverrides"][0]["command"][:3] == ["airflow", "dags", "trigger"]


@pytest.mark.feature("O8")
def test_scale_to_zero_asks_first(folder: Path, cloud: Cloud) -> None:
    before = cloud.desired()
    code, _, err = run(folder, "scale", "dev", "scheduler", "0", given="n\n")
    assert (code, cloud.desired()) == (2, before)
    assert "nothing was scaled" in err


@pytest.mark.feature("O8")
def test_scale_suggests_the_way_back(folder: Path) -> None:
    code, _, err = run(folder, "scale", "dev", "worker-default", "2")
    assert code == 0
    assert "scale dev worker-default auto" in err.splitlines()[-1]


@pytest.mark.feature("O8")
def test_pause_asks_first(folder: Path, cloud: Cloud) -> None:
    code, _, err = run(folder, "pause", "dev", given="n\n")
    assert (code, cloud.tasks()) == (2, [])
    assert "nothing was paused" in err


@pytest.mark.feature("O8")
def test_shell_without_the_plugin_changes_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, err = run(folder, "shell", "dev", "scheduler")
    assert code == 2
    assert "session-manager-plugin is not on PATH. Fix: install" in err
