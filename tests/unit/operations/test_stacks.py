"""A stack: its plans."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.terraform.run import Plan, Terraform
from terraform_harness.tools import require

from operations import stacks
from operations.account import Account


@pytest.mark.feature("O2")
def test_each_plan_is_shown_once_and_another_plan_again(
    tmp_path: Path, empty_account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    require("terraform")
    shown: list[str] = []
    show = Terraform.show

    def counted(self: Terraform, plan: Plan | None = None) -> dict[str, Any]:
        document = show(self, plan)
        shown.extend(change["address"] for change in document["resource_changes"])
        return document

    monkeypatch.setattr(Terraform, "show", counted)
    stack = stacks.Stack(empty_account, "airflow", folder=tmp_path)
    for name in ("first", "second"):
        resources = {"terraform_data": {name: {"input": name}}}
        (tmp_path / "cdk.tf.json").write_text(json.dumps({"resource": resources}))
        assert stack.bring_up(confirm=lambda _question: True, in_use=False, keep_removed=name == "first") == []
        assert [resource["name"] for resource in stack.terraform.pull()["resources"]] == [name]
    assert shown == ["terraform_data.first", "terraform_data.first", "terraform_data.second"]


@pytest.mark.feature("O2")
def test_a_command_initializes_its_stack_once(
    tmp_path: Path, empty_account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    require("terraform")
    initialized: list[Path] = []
    init = Terraform.init

    def counted(self: Terraform) -> None:
        initialized.append(self.folder)
        init(self)

    monkeypatch.setattr(Terraform, "init", counted)
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"resource": {"terraform_data": {"one": {"input": "one"}}}}))
    stack = stacks.Stack(empty_account, "airflow", folder=tmp_path)
    for _ in range(2):
        stack.bring_up(confirm=lambda _question: True, in_use=False)
    stack.tear_down(confirm=lambda _question: True)
    assert stack.terraform.pull()["resources"] == []
    assert initialized == [tmp_path]


@pytest.mark.feature("O2")
def test_task_definitions_are_those_of_the_services_in_the_state(
    tmp_path: Path, empty_account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = {"name": "airflow-dev-scheduler", "task_definition": "arn:aws:ecs:eu-central-1:1:task-definition/s:3"}
    attributes = {"aws_ecs_service": service, "aws_ecs_cluster": {"name": "airflow-dev"}}
    state = {
        "resources": [
            {"mode": "managed", "type": type_, "name": "one", "instances": [{"attributes": found}]}
            for type_, found in attributes.items()
        ]
    }
    monkeypatch.setattr(Terraform, "pull", lambda _self: state)
    found = stacks.Stack(empty_account, "airflow", folder=tmp_path).task_definitions()
    assert found == {service["name"]: service["task_definition"]}
