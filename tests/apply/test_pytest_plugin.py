"""The pytest plugin in another project: a folder of stacks, a conftest of one line, tests that use the fixtures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from terraform_harness.tools import require

from local.repository import ROOT

NETWORK = {
    "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}}},
    "provider": {"aws": [{"region": "eu-central-1", "allowed_account_ids": ["111111111111"]}]},
    "resource": {"aws_kms_key": {"k": {"enable_key_rotation": True, "description": "k"}}},
    "output": {"key_arn": {"value": "${aws_kms_key.k.arn}"}},
}
APP = {key: NETWORK[key] for key in ("terraform", "provider")} | {
    "data": {
        "terraform_remote_state": {"net": {"backend": "local", "config": {"path": "../network/terraform.tfstate"}}}
    },
    "resource": {
        "aws_cloudwatch_log_group": {
            "l": {
                "name": "app",
                "retention_in_days": 7,
                "kms_key_id": "${data.terraform_remote_state.net.outputs.key_arn}",
            }
        }
    },
}
BROKEN = {key: NETWORK[key] for key in ("terraform", "provider")} | {
    "resource": {"aws_kms_alias": {"a": {"name": "alias/a", "target_key_id": "${aws_kms_key.absent.id}"}}}
}
TESTS = """
import pytest

def test_template(template):
    template("network").every("aws_kms_key", enable_key_rotation=True)

def test_wrong_assertion(template):
    template("network").any("aws_kms_key", enable_key_rotation=False)

def test_plan_that_fails(offline_plan):
    offline_plan("broken")

@pytest.mark.parametrize("run", [1, 2])
def test_that_leaves_resources_behind(emulator, run):
    assert emulator.client("s3").list_buckets()["Buckets"] == []
    emulator.make_state_bucket("left-behind")

def test_plan_of_the_upper_stack(offline_plan):
    plan = offline_plan("app", below={"net": "network"})
    [group] = plan["planned_values"]["root_module"]["resources"]
    assert group["values"]["kms_key_id"].startswith("arn:aws:kms:")

def test_life(lifecycle, emulator):
    lifecycle.make("network")
    assert len(emulator.client("kms").list_keys()["Keys"]) == 1
    lifecycle.second_plan_is_empty("network")
    lifecycle.destroy("network")
"""


@pytest.mark.feature("H7")
@pytest.mark.long
def test_fixtures_work_in_two_processes_of_another_project(tmp_path: Path) -> None:
    require("terraform", "provider-mirror")
    for name, stack in {"network": NETWORK, "app": APP, "broken": BROKEN}.items():
        (tmp_path / "out" / name).mkdir(parents=True)
        (tmp_path / "out" / name / "cdk.tf.json").write_text(json.dumps(stack))
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["terraform_harness.pytest_plugin"]\n')
    (tmp_path / "pytest.ini").write_text("[pytest]\nstacks = out\n")
    (tmp_path / "test_theirs.py").write_text(TESTS)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "--attribute-coverage", "read"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 failed, 5 passed" in done.stdout, done.stdout + done.stderr
    assert "enable_key_rotation: expected False, got True" in done.stdout
    assert "error: Reference to undeclared resource (resource.aws_kms_alias.a" in done.stdout
    own_frames = [line for line in done.stdout.splitlines() if "terraform_harness/" in line]
    assert own_frames == [], "tracebacks end at the lines of the caller's tests"
    assert '["aws_kms_key", "enable_key_rotation"]' in (tmp_path / "read").read_text().splitlines()
