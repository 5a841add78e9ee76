"""``docker/engine`` installs packages only with ``--install`` or in CI."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from local.repository import ROOT

NEEDED = ("bash", "env", "timeout", "mkdir", "rm", "cat", "tail", "seq", "sleep", "setsid")


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """A PATH with coreutils and an apt-get that records its calls; no engine answers."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in NEEDED:
        found = shutil.which(name)
        assert found, name
        (programs / name).symlink_to(found)
    (programs / "apt-get").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path / "apt.log"}\nexit 1\n')
    (programs / "apt-get").chmod(0o755)
    return {
        "PATH": str(programs),
        "DOCKER_HOST": f"unix://{tmp_path / 'absent.sock'}",
        "AIRFLOW_FARGATE_ENGINE_STATE": str(tmp_path / "state"),
        "AIRFLOW_FARGATE_ENGINE_RUN": str(tmp_path / "run"),
    }


def _engine(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    script = ROOT / "docker" / "engine"
    return subprocess.run([script, *words], env=environ, capture_output=True, text=True, timeout=600, check=False)


def test_start_without_install_installs_nothing(bare: dict[str, str], tmp_path: Path) -> None:
    done = _engine(bare, "start")
    assert done.returncode == 2
    assert "no container engine answers" in done.stderr
    assert "Fix: start Docker" in done.stderr
    assert not (tmp_path / "apt.log").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may install packages")
@pytest.mark.parametrize(("words", "environ"), [(("start", "--install"), {}), (("start",), {"CI": "true"})])
def test_failed_installation_is_reported(
    bare: dict[str, str], tmp_path: Path, words: tuple[str, ...], environ: dict[str, str]
) -> None:
    done = _engine({**bare, **environ}, *words)
    assert done.returncode == 2
    assert "apt-get failed" in done.stderr
    assert "update" in (tmp_path / "apt.log").read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may install packages")
def test_packet_filters_are_installed_next_to_an_engine_that_runs(bare: dict[str, str], tmp_path: Path) -> None:
    assert _engine({**bare, "CI": "true"}, "start").returncode == 2
    assert "installing nftables iproute2" in _engine({**bare, "CI": "true"}, "start").stderr


def test_stop_without_engine_and_unknown_commands_change_nothing(bare: dict[str, str]) -> None:
    stopped = _engine(bare, "stop")
    assert (stopped.returncode, "nothing to stop" in stopped.stderr) == (0, True)
    assert _engine(bare, "restart").returncode == 2
    assert "Fix: docker/engine start" in _engine(bare, "status").stderr
