"""The development environment in HCP Terraform: both stacks are planned by the fake server with the real provider."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
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

# Starts early, so that no process waits for it at the end.
pytestmark = pytest.mark.long


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


@pytest.mark.feature("M6")
def test_bundle_is_the_same_twice_and_locks_the_provider_for_the_workers_of_hcp(tmp_path: Path) -> None:
    require("terraform", "provider-mirror")
    archives = []
    for folder in (tmp_path / "first", tmp_path / "second"):
        done = CliRunner().invoke(app, ["bundle", "dev", "airflow", "--out", str(folder)])
        assert done.exit_code == 0, done.stderr
        archives.append((folder / "dev-airflow.tar.gz").read_bytes())
    assert archives[0] == archives[1]
    with tarfile.open(fileobj=io.BytesIO(archives[0])) as archive:
        assert archive.getnames() == [".terraform.lock.hcl", "cdk.tf.json"]
        lock = archive.extractfile(".terraform.lock.hcl")
        assert lock
        assert b'version     = "5.100.0"' in (text := lock.read())
        assert b'"h1:' in text


@pytest.mark.feature("M10")
def test_handover_with_modules_is_current_until_the_environment_changes(tmp_path: Path) -> None:
    require("terraform", "provider-mirror")
    out = ["--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, ["handover", "dev", *out])
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / "out/modules/network/versions.tf").exists()
    assert CliRunner().invoke(app, ["handover", "dev", *out, "--check"]).exit_code == 0
    done = CliRunner().invoke(app, ["handover", "dev", *out, "--check", "--organization", "example"])
    assert done.exit_code == 1
    assert "dev-airflow/cdk.tf.json: out of date" in done.stdout
