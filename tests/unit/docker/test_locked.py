"""Bad input: requirements that the lock does not keep are named, one line each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from terraform_harness.tools import ROOT

from local.containers.images import complaint

IMAGE = ROOT / "docker" / "airflow"
LOCK = "celery[redis]==5.6.2 \\\n    --hash=sha256:00\napache-airflow[amazon]==3.3.2 \\\n    --hash=sha256:00\n"


def _judged(wanted: Path, locked: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, IMAGE / "locked.py", wanted, locked]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.mark.feature("R1")
def test_the_lock_is_that_of_the_requirements() -> None:
    done = _judged(IMAGE / "requirements.in", IMAGE / "requirements.txt")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.feature("R1")
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("celery[redis]>=5.7", "celery[redis]>=5.7: the lock has 5.6.2"),
        ("pandas", "pandas: pandas is not locked"),
        ("celery=5", "celery=5: "),
    ],
)
def test_requirements_that_conflict_with_the_lock_are_one_line(tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "requirements.in").write_text(f"# ours\napache-airflow[amazon]==3.3.2\n{line}\n")
    (tmp_path / "requirements.txt").write_text(LOCK)
    done = _judged(tmp_path / "requirements.in", tmp_path / "requirements.txt")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"requirements.in: {words}")
    assert done.stderr.endswith("Fix: make image-lock\n")


def test_a_failed_build_says_what_its_step_said() -> None:
    """The builder prints every step, the Dockerfile's lines and its own error around it."""
    output = (
        "#1 DONE 0.1s\n------\n > [packages 6/6] RUN /opt/venv/bin/python /build/locked.py:\n"
        "0.512 requirements.in: pandas: pandas is not locked. Fix: make image-lock\n------\n"
        "Dockerfile:25\n--------------------\n  25 | RUN ...\nERROR: failed to solve: exit code: 1\n"
    )
    assert complaint(output) == "requirements.in: pandas: pandas is not locked. Fix: make image-lock"
    assert complaint("Cannot connect to the Docker daemon") == "Cannot connect to the Docker daemon"
