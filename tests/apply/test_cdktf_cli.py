"""The cdktf CLI synthesizes the same files as main.py and deploys both stacks in order; its second diff is empty."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from terraform_harness.emulator import Emulator
from terraform_harness.emulator.seed import seed
from terraform_harness.terraform import cli_configuration, workspace
from terraform_harness.tools import require

from local.repository import ROOT
from tests.apply.conftest import environment, synthesize
from tests.apply.test_environments import VARIANTS

STACKS = ("dev-foundation", "dev-airflow")
QUIET = {"CHECKPOINT_DISABLE": "1", "DISABLE_VERSION_CHECK": "1", "CI": "true", "FORCE_COLOR": "0", "NO_COLOR": "1"}


def cdktf(*arguments: str, aws: dict[str, str] | None = None) -> str:
    """Output of the CLI, run in the project's folder."""
    own = {"TF_CLI_CONFIG_FILE": str(cli_configuration.path())} | QUIET
    done = subprocess.run(
        [require("cdktf", "node", "terraform"), *arguments],
        cwd=ROOT,
        env=os.environ | own | (aws or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    return done.stdout


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("cdk.tf.json")}


@pytest.mark.feature("O1")
def test_cdktf_synth_writes_the_same_files_as_main(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "main").mkdir()
    subprocess.run(
        [ROOT / ".venv" / "bin" / "python", "main.py", "environments", tmp_path / "main"], cwd=ROOT, check=True
    )
    cdktf("synth", "--output", str(tmp_path / "cli"))
    assert files(tmp_path / "cli") == files(tmp_path / "main")


@pytest.mark.feature("O1", "H2")
@pytest.mark.long
def test_cdktf_deploys_both_stacks_and_its_second_diff_is_empty(tmp_path: Path) -> None:
    require("cdktf", "node", "terraform", "provider-mirror")
    out = synthesize(environment("dev", change=VARIANTS["sequential-single_nat-baked"]), tmp_path).parent
    flags = ("--skip-synth", "--skip-provider-lock", "--output", str(out))
    with Emulator(account_id="111111111111") as aws:
        aws.make_state_bucket("airflow-fargate-state-111111111111")
        for stack in STACKS:
            workspace.for_emulator(out / "stacks" / stack)
            seed(aws, workspace.read(out / "stacks" / stack))
        cdktf("deploy", *STACKS, "--auto-approve", *flags, aws=aws.environment)
        services = aws.client("ecs").list_services(cluster="airflow-dev")["serviceArns"]
        assert len(services) == 1
        for stack in STACKS:
            assert "No changes." in cdktf("diff", stack, *flags, aws=aws.environment)
