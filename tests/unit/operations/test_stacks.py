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
