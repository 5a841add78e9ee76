"""The GitHub Action works: the tests run its steps as written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.policies.gate_inputs import CLEAN, POLICIES, PRIVILEGED, ROOT, Folder


def _step(tmp_path: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the last step of the action as a GitHub runner does: bash -e, inputs as environment variables."""
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    step = action["runs"]["steps"][-1]
    python = tmp_path / "policies" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    defaults = {name: item.get("default", "") for name, item in action["inputs"].items()}
    given = {name.upper(): {**defaults, **inputs}[name] for name in ("paths", "plans", "waivers", "sarif")}
    assert set(step["env"]) == {*given, "PYTHONPATH"}
    assert step["env"]["PYTHONPATH"] == "${{ github.action_path }}/policies"
    environment = {**os.environ, **given, "PYTHONPATH": str(POLICIES), "RUNNER_TEMP": str(tmp_path)}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=600, check=False
    )


@pytest.mark.feature("P7")
def test_action_annotates_and_fails(tmp_path: Path) -> None:
    file = Folder(tmp_path).write(PRIVILEGED)
    answer = _step(tmp_path, paths=str(file), sarif="gate.sarif")
    assert answer.returncode == 1
    assert "title=AF_ECS_1 fail::aws_ecs_task_definition.worker" in answer.stdout
    assert json.loads((tmp_path / "gate.sarif").read_text())["version"] == "2.1.0"


@pytest.mark.feature("P7")
def test_action_passes_a_clean_root(tmp_path: Path) -> None:
    answer = _step(tmp_path, paths=str(Folder(tmp_path).write(CLEAN)))
    assert (answer.returncode, answer.stdout.strip()) == (0, "")


@pytest.mark.feature("P7")
def test_action_installs_with_hashes() -> None:
    install = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"][0]["run"]
    assert "--require-hashes" in install


@pytest.mark.feature("P5")
def test_missing_dependency_is_not_a_finding(tmp_path: Path) -> None:
    """Exit 1 means findings; a gate that cannot start exits 2."""
    file = Folder(tmp_path).write(CLEAN)
    command = [sys.executable, "-S", "-m", "terraform_gate", str(file)]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=POLICIES, timeout=600, check=False)
    assert answer.returncode == 2
    assert "Fix:" in answer.stderr
    assert "Traceback" not in answer.stderr
