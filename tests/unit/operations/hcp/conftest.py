"""A fake of HCP Terraform, and an environment whose stacks are a few lines, so that a run takes a second."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.hcp.server import FakeHcp, serve
from terraform_harness.tools import require
from typer.testing import CliRunner

from environments.load import parse
from operations.__main__ import app
from operations.hcp import connection, flow, result, runs
from operations.synthesis import Synthesis
from tests.unit.environments.cases import SMALLEST

FOUNDATION = {
    "resource": {"terraform_data": {"network": {"input": "vpc-1"}}},
    "output": {"vpc": {"value": "${terraform_data.network.output}"}},
}


def airflow(hostname: str) -> dict[str, Any]:
    """A root that reads the state of the foundation."""
    config = {"hostname": hostname, "organization": "example", "workspaces": {"name": "dev-foundation"}}
    return {
        "data": {"terraform_remote_state": {"foundation": {"backend": "remote", "config": config}}},
        "resource": {
            "terraform_data": {"service": {"input": "${data.terraform_remote_state.foundation.outputs.vpc}"}},
        },
    }


@dataclass
class Console:
    """Runs ``python -m operations hcp`` against the fake server."""

    fake: FakeHcp
    stacks: Path

    def run(self, *words: str, given: str = "") -> tuple[int, str, str]:
        done = CliRunner().invoke(app, ["hcp", *words], input=given)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout, done.stderr

    def rejected(self, *words: str) -> str:
        """The message of a command that must fail without a traceback."""
        code, _, message = self.run(*words)
        assert code in (1, 2)
        assert "Traceback" not in message
        return message

    def configure(self, layer: str, content: dict[str, Any]) -> None:
        folder = self.stacks / f"dev-{layer}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cdk.tf.json").write_text(json.dumps(content))


@pytest.fixture
def fake() -> Iterator[FakeHcp]:
    require("terraform")
    with serve() as server:
        yield server


@pytest.fixture
def console(fake: FakeHcp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    """The command line, logged in to the fake server."""
    for name, value in fake.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path))
    found = Console(fake, tmp_path / "stacks")
    found.configure("foundation", FOUNDATION)
    found.configure("airflow", airflow(fake.hostname))
    state = {"backend": "cloud", "organization": fake.organization, "hostname": fake.hostname}
    environment = parse(json.dumps({**SMALLEST, "name": "dev", "state": state}), source="dev.yaml")

    @contextmanager
    def prepared(_file: Path, **_state: object) -> Iterator[Synthesis]:
        yield Synthesis(environment, found.stacks)

    monkeypatch.setattr(flow, "environment_in", lambda _file, **_state: environment)
    monkeypatch.setattr(flow, "synthesis", prepared)
    monkeypatch.setattr(result, "check", lambda *_words, **_options: "no finding")
    monkeypatch.setattr(connection, "BACKOFF_SECONDS", 0.01)
    monkeypatch.setattr(runs, "POLL_SECONDS", 0.05)
    return found
