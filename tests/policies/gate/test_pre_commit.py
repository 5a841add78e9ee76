"""The pre-commit hook works in another repository: the real pre-commit installs the hook and runs it at a commit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

from local.repository import ROOT
from tests.policies.gate_inputs import CLEAN, POLICIES, PRIVILEGED, Folder

CONFIGURATION = """
repos:
  - repo: {url}
    rev: v1
    hooks:
      - id: terraform-json-policies
        args: [stacks]
"""


def git(folder: Path, *arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run git in a folder."""
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    return subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Variables with which pre-commit installs offline: dependencies and build backend are the locked packages."""
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0"}
    packages = sysconfig.get_path("purelib")
    found = {**os.environ, **offline, "PYTHONPATH": packages, "HOME": str(tmp_path), "GIT_CONFIG_GLOBAL": os.devnull}
    return {**found, "PRE_COMMIT_HOME": str(tmp_path / "cache")}


@pytest.fixture
def hooks(tmp_path: Path, environment: dict[str, str]) -> Path:
    """A git repository with the files of this one that pre-commit installs, with the tag ``v1``."""
    folder = tmp_path / "hooks"
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    for name in packages["packages"]:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", ".pre-commit-hooks.yaml", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "one"], ["tag", "v1"]):
        done = git(folder, *arguments, environment=environment)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.feature("P7")
def test_commit_in_a_foreign_repository_is_rejected_on_a_finding_only(
    hooks: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs"
    (theirs / "stacks").mkdir(parents=True)
    (theirs / ".pre-commit-config.yaml").write_text(CONFIGURATION.format(url=hooks))
    git(theirs, "init", "--quiet", environment=environment)
    install = [sys.executable, "-m", "pre_commit", "install"]
    subprocess.run(install, cwd=theirs, env=environment, check=True, capture_output=True)
    for resources, code in ((PRIVILEGED, 1), (CLEAN, 0)):
        Folder(theirs / "stacks").write(resources)
        git(theirs, "add", ".", environment=environment)
        done = git(theirs, "commit", "-m", "change", environment=environment)
        assert done.returncode == code, done.stdout + done.stderr
        assert ("AF_ECS_1" in done.stdout + done.stderr) is bool(code)


def test_root_package_declares_what_the_gate_needs() -> None:
    """pre-commit installs the root of the repository; the test above installs it without dependencies."""
    root, gate = (tomllib.loads((folder / "pyproject.toml").read_text())["project"] for folder in (ROOT, POLICIES))
    assert (root["dependencies"], root["scripts"]) == (gate["dependencies"], gate["scripts"])
