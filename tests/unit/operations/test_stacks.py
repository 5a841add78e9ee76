"""Synthesis, plan summary and partial applies of the stacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from terraform_harness.terraform.run import Plan, Terraform
from terraform_harness.tools import require

from operations import stacks
from operations.account import Account
from operations.errors import PreconditionError
from tests.unit.environments.cases import SMALLEST, changed


def change(kind: str, *actions: str, paths: list[list[str]] | None = None) -> dict[str, Any]:
    body = {"actions": list(actions), **({"replace_paths": paths} if paths else {})}
    return {"address": f"{kind}.it", "type": kind, "mode": "managed", "change": body}


@pytest.mark.feature("O2")
def test_summary_of_a_plan_lists_destroyed_resources_first() -> None:
    plan = {
        "resource_changes": [
            change("aws_vpc", "create"),
            change("aws_eip", "delete", "create"),
            change("aws_lb", "delete"),
            change("aws_kms_key", "update"),
            change("aws_subnet", "no-op"),
        ]
    }
    assert list(stacks.summary(plan)) == [
        "DESTROY aws_lb.it",
        "REPLACE aws_eip.it",
        "change aws_kms_key.it",
        "create aws_vpc.it",
    ]


@pytest.mark.feature("C6")
def test_removals_are_deletions_without_a_replacement() -> None:
    deposed = {**change("aws_vpc", "delete"), "deposed": "0a1b2c3d"}
    changes = [
        change("aws_lb", "delete"),
        change("aws_eip", "delete", "create"),
        change("aws_kms_key", "update"),
        deposed,
    ]
    assert stacks.removals({"resource_changes": changes}) == ["aws_lb.it"]


@pytest.mark.feature("C5")
def test_partial_apply_includes_security_group_rules_that_refer_to_the_construct(tmp_path: Path) -> None:
    def resource(path: str, **body: str) -> dict[str, Any]:
        return {"//": {"metadata": {"path": f"dev-airflow/{path}"}}, **body}

    group = "${aws_security_group.migrate_group.id}"
    resources = {
        "aws_security_group": {"migrate_group": resource("migrate/group"), "scheduler": resource("scheduler/group")},
        "aws_ecs_task_definition": {"migrate": resource("migrate/task-definition")},
        "aws_vpc_security_group_ingress_rule": {
            "database_from_migrate": resource("database/rule", referenced_security_group_id=group),
            "database_from_scheduler": resource("database/rule2", referenced_security_group_id="sg-1"),
        },
        "aws_ecs_service": {"odd": resource("scheduler/service", note=group)},
    }
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"resource": resources}))
    assert stacks.addresses_of(tmp_path, ["migrate"]) == [
        "aws_ecs_task_definition.migrate",
        "aws_security_group.migrate_group",
        "aws_vpc_security_group_ingress_rule.database_from_migrate",
    ]
    with pytest.raises(PreconditionError, match=r"has no construct nothing. Fix: make synth"):
        stacks.addresses_of(tmp_path, ["nothing"])


@pytest.mark.feature("O2")
def test_one_file_of_another_folder_is_synthesized_although_another_file_is_invalid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out" / "stacks"
    monkeypatch.setattr(stacks, "STACKS", out)
    (tmp_path / "qa.yaml").write_text(yaml.safe_dump(changed(SMALLEST, {"name": "qa", "production": False})))
    (tmp_path / "prod.yaml").write_text("name: prod\nregoin: eu-central-1\n")
    stacks.synthesize_one(tmp_path / "qa.yaml")
    assert {folder.name for folder in out.iterdir()} == {"bootstrap-111111111111", "qa-foundation", "qa-airflow"}
    with pytest.raises(PreconditionError, match=r"prod.yaml: regoin: unknown key"):
        stacks.synthesize(tmp_path)


@pytest.mark.feature("E7")
def test_plan_of_airflow_reads_the_outputs_that_the_foundation_will_have(
    tmp_path: Path, empty_account: Account
) -> None:
    output = {"value": "${aws_subnet.new.id}"}
    (tmp_path / "cdk.tf.json").write_text(
        json.dumps({"output": {"subnet": output, "vpc": {"value": "${aws_vpc.v.id}"}}})
    )
    (tmp_path / stacks.OUTPUTS_FILE).write_text("left by a plan that was killed")
    stack = stacks.Stack(empty_account, "airflow", folder=tmp_path)
    assert not (tmp_path / stacks.OUTPUTS_FILE).exists()
    shown = {"planned_values": {"outputs": {"subnet": {"sensitive": False}, "vpc": {"value": "vpc-1"}}}}
    outputs = stack.outputs_after(shown)
    assert outputs["vpc"] == "vpc-1"
    assert outputs["subnet"].startswith("subnet-")
    with stack._reading(outputs):
        override = json.loads((tmp_path / stacks.OUTPUTS_FILE).read_text())
        remote = override["data"]["terraform_remote_state"]["foundation"]
        state = json.loads(Path(remote["config"]["path"]).read_text())
    assert state["outputs"]["vpc"] == {"value": "vpc-1", "type": "string"}
    assert [file.name for file in tmp_path.iterdir()] == ["cdk.tf.json"]


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
