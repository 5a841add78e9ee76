"""The changes of a plan in words, and the removals among them."""

from __future__ import annotations

from typing import Any

import pytest

from operations.plan_summary import removals, summary


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
    assert list(summary(plan)) == [
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
    assert removals({"resource_changes": changes}) == ["aws_lb.it"]
