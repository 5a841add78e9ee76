"""``make`` on a machine that lacks a program or a variable: one message with the fix, and nothing is started."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from local.repository import ROOT

SHELL = ("awk", "bash", "cat", "env", "grep", "ls", "mkdir", "printf", "python3", "sh", "tr")
"""Programs that a machine has before anything is installed."""


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with these programs only."""
    folder = tmp_path_factory.mktemp("bin")
    for name in SHELL:
        (folder / name).symlink_to(require_program(name))
    return folder


def require_program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is missing"
    return found


@pytest.mark.feature("O1", "O3")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("lock",), "uv is missing. Fix: python3 -m pip install uv"),
        (("image-lock",), "uv is missing. Fix: python3 -m pip install uv"),
        (("multi-platform",), "IMAGE is not set. Fix: make multi-platform IMAGE=registry.example.com/airflow:1"),
        (("multi-platform", "IMAGE=a"), "docker is missing. Fix: install Docker with its buildx plugin"),
        (("gate-hcl",), "FOLDER is not set. Fix: make gate-hcl FOLDER=folder"),
        (("modules",), "node is missing. Fix: install Node.js 20 or newer"),
        (("synth",), "node is missing, and cdktf runs in it. Fix: install Node.js 20 or newer"),
        (("report",), "node is missing, and cdktf runs in it. Fix: install Node.js 20 or newer"),
        (("demo",), "is missing. Fix: install Terraform 1.11 or newer"),
        (("up",), "docker is missing. Fix: start a container engine"),
        (("pipelines", "PROVIDER=other"), "unknown provider 'other'. Allowed: github, gitlab. Fix: name one of them"),
        (("bundle", "ENV=nowhere"), "environments/nowhere.yaml: no such file; environments in this folder: dev, prod"),
        (
            ("dags-release", "DAGS=nowhere"),
            "dags.delivery is git_sync, and releases need s3. Fix: set dags.delivery: s3",
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_target_without_its_requirements_explains_itself(words: tuple[str, ...], expected: str, bare: Path) -> None:
    made = ("--old-file=.venv/.ready", "--old-file=report/picture/node_modules/elkjs")
    hidden = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null", "HOME": os.environ["HOME"]}
    hidden |= {"PATH": str(bare), "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    done = subprocess.run(
        [require_program("make"), *made, *words], cwd=ROOT, env=hidden, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert expected in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
