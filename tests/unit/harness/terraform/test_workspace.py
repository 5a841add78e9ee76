"""Copies of a stack: the original is never changed, the copy gets what a run needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.terraform import workspace

STACK: dict[str, Any] = {
    "terraform": {"backend": {"s3": {"bucket": "state", "key": "k", "region": "eu-central-1"}}},
    "provider": {"aws": [{"region": "eu-central-1", "allowed_account_ids": ["111111111111"]}]},
    "data": {"terraform_remote_state": {"below": {"backend": "s3", "config": {"bucket": "state", "key": "b"}}}},
    "resource": {"aws_kms_key": {"k": {}}, "aws_vpc": {"v": {}}},
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "stacks" / "one"
    folder.mkdir(parents=True)
    (folder / "cdk.tf.json").write_text(json.dumps(STACK))
    (folder / ".terraform").mkdir()
    (folder / "terraform.tfstate").write_text("{}")
    return folder


def overridden(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / workspace.OVERRIDE_FILE).read_text())
    return content


def test_copy_omits_files_of_earlier_runs(source: Path, tmp_path: Path) -> None:
    folder = workspace.copy(source, into=tmp_path)
    assert [file.name for file in folder.iterdir()] == ["cdk.tf.json"]


def test_emulator_copy_uses_path_style_s3_and_keeps_backend_and_account_check(source: Path, tmp_path: Path) -> None:
    folder = workspace.copy(source, into=tmp_path)
    workspace.for_emulator(folder)
    assert overridden(folder) == {
        "provider": {"aws": [{"s3_use_path_style": True}]},
        "terraform": {"backend": {"s3": STACK["terraform"]["backend"]["s3"] | {"use_path_style": True}}},
        "data": {
            "terraform_remote_state": {"below": {"config": {"bucket": "state", "key": "b", "use_path_style": True}}}
        },
    }
    assert json.loads((source / "cdk.tf.json").read_text()) == STACK


def test_offline_plan_reads_mock_outputs(source: Path, tmp_path: Path) -> None:
    folder = workspace.copy(source, into=tmp_path)
    workspace.for_offline_plan(folder, outputs={"below": {"ids": ["a", "b"], "name": "n", "count": 2, "on": True}})
    content = overridden(folder)
    assert content["terraform"] == {"backend": {"local": {"path": "terraform.tfstate"}}}
    state = json.loads((folder / content["data"]["terraform_remote_state"]["below"]["config"]["path"]).read_text())
    types = {name: output["type"] for name, output in state["outputs"].items()}
    assert types == {"ids": ["list", "string"], "name": "string", "count": "number", "on": "bool"}


def test_offline_plan_without_mock_outputs_is_rejected(source: Path, tmp_path: Path) -> None:
    folder = workspace.copy(source, into=tmp_path)
    with pytest.raises(workspace.WorkspaceError, match="no outputs given for terraform_remote_state below"):
        workspace.for_offline_plan(folder, outputs={})


def test_leaving_out_the_last_resource_removes_its_type(source: Path, tmp_path: Path) -> None:
    folder = workspace.copy(source, into=tmp_path)
    workspace.leave_out(folder, ["aws_kms_key.k"])
    assert workspace.read(folder)["resource"] == {"aws_vpc": {"v": {}}}


HCL = """
terraform {
  backend "s3" {
    bucket = "state"
  }
}
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "us"
  region = "us-east-1"
}
data "terraform_remote_state" "below" {
  backend = "s3"
  config = { bucket = "state", key = "b" }
}
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_kms_key" "k" {}
"""


@pytest.fixture
def hcl(tmp_path: Path) -> Path:
    folder = tmp_path / "roots" / "plain"
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text(HCL)
    return workspace.copy(folder, into=tmp_path)


def test_hcl_root_runs_on_the_emulator_with_a_local_state(hcl: Path, tmp_path: Path) -> None:
    workspace.for_emulator(hcl, states={"below": tmp_path / "below.tfstate"})
    assert overridden(hcl) == {
        "provider": {"aws": [{"s3_use_path_style": True}, {"alias": "us", "s3_use_path_style": True}]},
        "terraform": {"backend": {"local": {"path": "terraform.tfstate"}}},
        "data": {
            "terraform_remote_state": {
                "below": {"backend": "local", "config": {"path": str(tmp_path / "below.tfstate")}}
            }
        },
    }


def test_hcl_root_without_mock_outputs_is_rejected(hcl: Path) -> None:
    with pytest.raises(workspace.WorkspaceError, match="no outputs given for terraform_remote_state below"):
        workspace.for_offline_plan(hcl, outputs={})


def test_resources_of_an_hcl_root_are_left_out(hcl: Path) -> None:
    workspace.leave_out(hcl, ["aws_vpc.v"])
    assert workspace.read(hcl)["resource"] == {"aws_kms_key": {"k": {}}}


def test_hcp_terraform_backend_becomes_a_local_state(tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"terraform": {"cloud": {"organization": "o"}}}))
    workspace.for_emulator(tmp_path)
    assert overridden(tmp_path)["terraform"] == {"backend": {"local": {"path": "terraform.tfstate"}}}
