"""Copies of a stack: the original stays as it is, the copy gets what a run needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.terraform import mock_outputs, workspace

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


def test_copy_leaves_behind_what_earlier_runs_left(source: Path, tmp_path: Path) -> None:
    folder = workspace.copy(source, into=tmp_path)
    assert [one.name for one in folder.iterdir()] == ["cdk.tf.json"]


def test_emulator_gets_paths_for_s3_and_keeps_backend_and_account_guard(source: Path, tmp_path: Path) -> None:
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


def test_offline_plan_finds_the_outputs_of_the_stack_below(source: Path, tmp_path: Path) -> None:
    folder = workspace.copy(source, into=tmp_path)
    workspace.for_offline_plan(folder, outputs={"below": {"ids": ["a", "b"], "name": "n", "count": 2, "on": True}})
    content = overridden(folder)
    assert content["terraform"] == {"backend": {"local": {"path": "terraform.tfstate"}}}
    state = json.loads((folder / content["data"]["terraform_remote_state"]["below"]["config"]["path"]).read_text())
    types = {name: one["type"] for name, one in state["outputs"].items()}
    assert types == {"ids": ["list", "string"], "name": "string", "count": "number", "on": "bool"}


def test_offline_plan_without_the_outputs_below_is_refused(source: Path, tmp_path: Path) -> None:
    folder = workspace.copy(source, into=tmp_path)
    with pytest.raises(workspace.WorkspaceError, match="no outputs given for terraform_remote_state below"):
        workspace.for_offline_plan(folder, outputs={})


def test_left_out_resources_take_an_empty_type_along(source: Path, tmp_path: Path) -> None:
    folder = workspace.copy(source, into=tmp_path)
    workspace.leave_out(folder, ["aws_kms_key.k"])
    assert workspace.read(folder)["resource"] == {"aws_vpc": {"v": {}}}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [(None, "no such file. Fix: run `make synth`"), ("{", "not JSON"), ("[]", "a JSON object is wanted, got list")],
)
def test_folder_that_is_no_stack_is_named(tmp_path: Path, text: str | None, complaint: str) -> None:
    if text is not None:
        (tmp_path / "cdk.tf.json").write_text(text)
    with pytest.raises(workspace.WorkspaceError, match=complaint):
        workspace.read(tmp_path)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("${aws_iam_role.task_role.arn}", "arn:aws:iam::111111111111:role/task-role"),
        ("${aws_s3_bucket.logs.arn}", "arn:aws:s3:::logs"),
        ("${aws_sns_topic.alarms.arn}", "arn:aws:sns:eu-central-1:111111111111:alarms"),
        ("known", "known"),
        (7, 7),
        ("https://${aws_lb.door.dns_name}/", "https://door/"),
    ],
)
def test_stand_in_looks_like_what_aws_gives(expression: Any, value: Any) -> None:
    assert mock_outputs.outputs({"output": {"o": {"value": expression}}}) == {"o": value}


def test_stand_ins_of_two_subnets_differ_and_are_a_list() -> None:
    value = ["${aws_subnet.a.id}", "${aws_subnet.b.id}"]
    one, two = mock_outputs.outputs({"output": {"ids": {"value": value}}})["ids"]
    assert one.startswith("subnet-")
    assert two.startswith("subnet-")
    assert one != two
