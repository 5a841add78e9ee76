"""Requirements that the lock file does not satisfy are reported, one line each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local.repository import ROOT

IMAGE = ROOT / "docker" / "airflow"
LOCK = "celery[redis]==5.6.2 \\\n    --hash=sha256:00\napache-airflow[amazon]==3.3.2 \\\n    --hash=sha256:00\n"


def _check(requirements: Path, lock: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, IMAGE / "locked.py", requirements, lock]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.mark.feature("R1")
def test_lock_file_satisfies_the_requirements() -> None:
    done = _check(IMAGE / "requirements.in", IMAGE / "requirements.txt")
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
def test_conflict_with_the_lock_file_is_one_line(tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "requirements.in").write_text(f"# a comment\napache-airflow[amazon]==3.3.2\n{line}\n")
    (tmp_path / "requirements.txt").write_text(LOCK)
    done = _check(tmp_path / "requirements.in", tmp_path / "requirements.txt")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"requirements.in: {words}")
    assert done.stderr.endswith("Fix: make image-lock\n")
