"""A folder that is no root module is named, with the fix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from terraform_harness.assertions import Template
from terraform_harness.terraform import root_module


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no Terraform files. Fix: synthesize the stacks first"),
        ("{", "not JSON"),
        ("[]", "must be a JSON object, got list"),
    ],
)
def test_folder_without_a_root_module_is_named(tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / "cdk.tf.json").write_text(text)
        with pytest.raises(root_module.WorkspaceError, match=message):
            Template.read(tmp_path / "cdk.tf.json")
    with pytest.raises(root_module.WorkspaceError, match=message):
        root_module.read(tmp_path)


def test_assertions_on_an_hcl_root_name_the_plan_as_the_fix(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_vpc" "v" {}')
    with pytest.raises(root_module.WorkspaceError, match=r"contains HCL, .* Fix: plan it \(fixture `offline_plan`\)"):
        Template.read(tmp_path)


@pytest.mark.parametrize("read", [root_module.read, Template.read])
def test_wrong_stack_name_lists_the_stacks(tmp_path: Path, read: Callable[[Path], object]) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "cdk.tf.json").write_text("{}")
    with pytest.raises(
        root_module.WorkspaceError, match=r"two: no such stack; stacks in .*: one\. Fix: correct the name"
    ):
        read(tmp_path / "two")
