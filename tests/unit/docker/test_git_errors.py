"""Errors of git become one line with a fix."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from airflow_fargate.git_errors import reason

from local.repository import ROOT
from tests.serving import served


class Private(BaseHTTPRequestHandler):
    """A Git host that requires credentials."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="Git"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def private_host() -> Iterator[str]:
    with served(Private) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.feature("G2")
def test_repository_that_requires_credentials_is_reported_in_one_line(private_host: str, tmp_path: Path) -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "docker"),
        "GITSYNC_REPO": f"{private_host}/dags.git",
        "GITSYNC_ROOT": str(tmp_path),
        "GITSYNC_ONE_TIME": "true",
        "AIRFLOW_WAIT_SECONDS": "0",
        "TMPDIR": str(tmp_path),
    }
    words = [sys.executable, "-m", "airflow_fargate.git_sync"]
    done = subprocess.run(words, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"git-sync: {private_host}/dags.git HEAD: fatal: could not read Username")
    assert "Fix: use an ssh address" in line


def test_reason_joins_the_errors_of_ssh_and_git() -> None:
    output = (
        "Warning: a banner\ngit@host: Permission denied (publickey).\n"
        "fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\n"
    )
    assert reason(output) == (
        "git@host: Permission denied (publickey). / fatal: Could not read from remote repository."
    )
