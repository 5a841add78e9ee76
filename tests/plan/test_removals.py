"""A stack that leaves what another stack still uses: real plans, with Terraform's built-in resource."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.tools import require

from environments.load import from_data
from operations.account import Account
from operations.stacks import Stack
from tests.unit.environments.cases import SMALLEST


def yes(_question: str) -> bool:
    return True


def _write(folder: Path, *names: str, address: str) -> None:
    document: dict[str, Any] = {
        "resource": {"terraform_data": {name: {"input": name} for name in names}},
        "output": {"address": {"value": f"${{terraform_data.{address}.output}}"}},
    }
    (folder / "cdk.tf.json").write_text(json.dumps(document))


@pytest.mark.feature("C6", "O2")
def test_database_proxy_is_removed_after_the_other_stack_got_the_address_of_the_database(tmp_path: Path) -> None:
    """The first step publishes the new address and keeps the proxy; the second step removes the proxy."""
    require("terraform")
    stack = Stack(Account(from_data(SMALLEST, source="test")), "foundation", folder=tmp_path)
    _write(tmp_path, "database", "proxy", address="proxy")
    assert stack.bring_up(confirm=yes, keep_removed=True, in_use=False) == []
    assert stack.outputs() == {"address": "proxy"}

    _write(tmp_path, "database", address="database")
    assert stack.bring_up(confirm=yes, keep_removed=True) == ["terraform_data.proxy"]
    assert stack.outputs() == {"address": "database"}
    assert _resources(stack) == {"database", "proxy"}

    assert stack.bring_up(confirm=yes) == []
    assert _resources(stack) == {"database"}


def _resources(stack: Stack) -> set[str]:
    return {resource["name"] for resource in stack.terraform.pull()["resources"]}
