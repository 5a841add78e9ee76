"""The GitHub Action works: the tests run its steps as written."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from terraform_gate.__main__ import CHECKOV

from local.repository import ROOT
from tests.policies.gate_inputs import CLEAN, POLICIES, PRIVILEGED, Folder

# The Python of a runner: its virtual environments are the locked packages, so that the installation downloads nothing.
PYTHON = f"""#!/bin/sh
if [ "$2" = venv ]; then mkdir -p "$3/bin" && ln -s "$0" "$3/bin/python"; else exec {sys.executable} "$@"; fi
"""


def _action(tmp_path: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the steps of the action as a GitHub runner does, until one fails; the cache is empty."""
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    python, output = tmp_path / "python", tmp_path / "output"
    python.write_text(PYTHON)
    python.chmod(0o755)
    given = {name: item.get("default", "") for name, item in action["inputs"].items()} | inputs
    known = {f"inputs.{name}": value for name, value in {**given, "python": str(python)}.items()}
    known["github.action_path"] = str(ROOT)
    runner = {"RUNNER_TEMP": str(tmp_path), "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64", "PIP_NO_INDEX": "1"}
    for step in (step for step in action["runs"]["steps"] if "run" in step):
        expanded = {name: known[value.strip("${ }").partition(" }}")[0]] for name, value in step["env"].items()}
        if "PYTHONPATH" in expanded:
            expanded["PYTHONPATH"] += "/policies"
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            env={**os.environ, **runner, **expanded, "GITHUB_OUTPUT": str(output)},
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=600,
            check=False,
        )
        if done.returncode:
            break
    return done


@pytest.mark.feature("P7")
def test_action_annotates_and_fails(tmp_path: Path) -> None:
    file = Folder(tmp_path).write(PRIVILEGED)
    answer = _action(tmp_path, paths=str(file), sarif="gate.sarif")
    assert answer.returncode == 1, answer.stderr
    assert "title=AF_ECS_1 fail::aws_ecs_task_definition.worker" in answer.stdout
    (run,) = json.loads((tmp_path / "gate.sarif").read_text())["runs"]
    assert "AF_ECS_1" in {result["ruleId"] for result in run["results"]}
    packages = hashlib.sha256((POLICIES / "requirements.txt").read_bytes()).hexdigest()[:16]
    key = f"terraform-gate-Linux-X64-{platform.python_version()}-{packages}"
    assert (tmp_path / "output").read_text() == f"key={key}\n"


@pytest.mark.feature("P7")
def test_action_passes_a_clean_root(tmp_path: Path) -> None:
    answer = _action(tmp_path, paths=str(Folder(tmp_path).write(CLEAN)))
    assert (answer.returncode, answer.stdout.strip()) == (0, "")


@pytest.mark.feature("P7")
def test_action_installs_the_locked_packages_of_the_gate_only() -> None:
    everything, gate = (_locked(folder / "requirements.txt") for folder in (ROOT, POLICIES))
    assert gate < everything
    assert {line.partition("==")[0] for line in gate}.isdisjoint(
        {"cdktf", "cdktf-cdktf-provider-aws", "pytest", "mypy"}
    )


def _locked(file: Path) -> set[str]:
    return {line.rstrip("\\ ") for line in file.read_text().splitlines() if "==" in line}


def test_unsupported_version_of_checkov_is_named(tmp_path: Path) -> None:
    information = tmp_path / "checkov-3.2.1.dist-info" / "METADATA"
    information.parent.mkdir()
    information.write_text("Metadata-Version: 2.1\nName: checkov\nVersion: 3.2.1\n")
    command = [sys.executable, "-m", "terraform_gate", "docs", "--check"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    answer = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=600, check=False
    )
    assert answer.stderr.startswith("terraform_gate: checkov 3.2.1 is not supported (3.3.30): the rules of ")
    assert answer.returncode == 0


def test_supported_version_of_checkov_is_the_locked_one() -> None:
    assert f"checkov=={CHECKOV}" in _locked(ROOT / "requirements.txt")


@pytest.mark.feature("P5")
def test_missing_dependency_is_not_a_finding(tmp_path: Path) -> None:
    """Exit 1 means findings; a gate that cannot start exits 2."""
    file = Folder(tmp_path).write(CLEAN)
    command = [sys.executable, "-S", "-m", "terraform_gate", str(file)]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=POLICIES, timeout=600, check=False)
    assert answer.returncode == 2
    assert "Fix:" in answer.stderr
    assert "Traceback" not in answer.stderr
