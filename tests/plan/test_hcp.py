"""The development environment in HCP Terraform: both stacks are planned by the fake server with the real provider."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from terraform_harness.hcp.server import FakeHcp, serve
from terraform_harness.terraform import cli_configuration, mock_outputs, workspace
from terraform_harness.tools import require
from typer.testing import CliRunner

from environments.load import HOME
from operations.__main__ import app
from operations.synthesis import CloudState, synthesis
from tests.plan.conftest import NOWHERE


def without_account(folder: Path) -> None:
    """Let the provider plan offline; backend and remote state stay as the server and the stack define them."""
    provider = {"provider": {"aws": [workspace.NO_ACCOUNT]}}
    (folder / "zzz_no_account_override.tf.json").write_text(json.dumps(provider))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHcp]:
    require("terraform", "provider-mirror")
    with serve(prepare=without_account, environment=NOWHERE) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.mark.feature("M6")
def test_airflow_stack_is_planned_and_gated_over_the_foundations_state(fake: FakeHcp) -> None:
    state = CloudState("example", fake.hostname)
    options = ["--organization", state.organization, "--hostname", state.hostname]
    done = CliRunner().invoke(app, ["hcp", "workspaces", "dev", *options])
    assert done.exit_code == 0, done.stderr
    with synthesis(HOME / "dev.yaml", state=state) as made:
        outputs = mock_outputs.outputs(workspace.read(made.root("foundation")))
    fake.workspace("dev-foundation").states.append(json.dumps(workspace.state_with(outputs)).encode())
    done = CliRunner().invoke(app, ["hcp", "plan", "dev", "airflow", *options])
    assert done.exit_code == 0, done.stdout[-3000:] + done.stderr
    assert "aws_ecs_service.scheduler" in done.stdout
    assert "policies: pass" in done.stdout


@pytest.mark.feature("M6")
def test_terraform_itself_plans_the_foundation_through_its_cloud_block(fake: FakeHcp, tmp_path: Path) -> None:
    with synthesis(HOME / "dev.yaml", state=CloudState("example", fake.hostname)) as made:
        folder = workspace.copy(made.root("foundation"), into=tmp_path)
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": str(cli_configuration.path()), "TF_IN_AUTOMATION": "1"}
    for words in (["init", "-input=false"], ["plan", "-input=false", "-no-color"]):
        done = subprocess.run(
            ["terraform", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "Running plan in HCP Terraform" in done.stdout
    assert "aws_db_instance.database" in done.stdout
    (run,) = fake.store.runs.values()
    assert (run.workspace.name, run.status) == ("dev-foundation", "planned_and_finished")
