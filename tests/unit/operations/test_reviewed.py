"""The reviewed plan: nothing else is applied, and its file holds no value."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from operations.acceptance import require_reviewed
from operations.errors import PreconditionError
from operations.plan import Planned
from operations.reviewed import read_reviewed, reviewed, write_reviewed
from tests.unit.operations.cloud import Cloud

STACK = "dev-airflow"


def change(address: str, *actions: str, **after: Any) -> dict[str, Any]:
    body = {"actions": list(actions), "before": None, "after": after, "after_unknown": {}, "after_sensitive": {}}
    return {"address": address, "type": address.split(".", maxsplit=1)[0], "mode": "managed", "change": body}


def plan(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"resource_changes": list(changes)}


GROUP = change("aws_cloudwatch_log_group.scheduler", "update", retention_in_days=30, tags={"a": "b"})
SERVICE = change("aws_ecs_service.scheduler", "create", name="scheduler", subnet="subnet-0000", secret="hunter22")
SERVICE["change"]["after_unknown"] = {"id": True}
SERVICE["change"]["after_sensitive"] = {"secret": True}
REVIEWED = reviewed("dev", {STACK: plan(GROUP, SERVICE)}, made_up={"subnets": ["subnet-0000"]})


def with_after(one: dict[str, Any], **after: Any) -> dict[str, Any]:
    other = copy.deepcopy(one)
    other["change"]["after"] |= after
    return other


@pytest.mark.feature("O5")
@pytest.mark.parametrize(
    ("found", "lines"),
    [
        ([GROUP, SERVICE], []),
        ([GROUP], []),
        ([with_after(SERVICE, subnet="subnet-0123", id="i-1")], []),
        ([change("aws_subnet.a", "no-op"), {**GROUP, "mode": "data"}], []),
        ([change("aws_subnet.a", "delete")], ["aws_subnet.a: delete; the reviewed plan does not change it"]),
        (
            [with_after(GROUP, retention_in_days=1)],
            ["aws_cloudwatch_log_group.scheduler: retention_in_days gets another value than in the reviewed plan"],
        ),
        (
            [with_after(GROUP, kms_key_id="k")],
            ["aws_cloudwatch_log_group.scheduler: kms_key_id gets another value than in the reviewed plan"],
        ),
        (
            [change(GROUP["address"], "delete", "create", retention_in_days=30)],
            ["aws_cloudwatch_log_group.scheduler: delete and create; the reviewed plan has update"],
        ),
    ],
    ids=["same", "part", "real-ids", "no-change", "new", "value", "attribute", "replacement"],
)
def test_only_reviewed_changes_are_accepted(found: list[dict[str, Any]], lines: list[str]) -> None:
    assert REVIEWED.differences(STACK, plan(*found)) == lines


@pytest.mark.feature("O5")
def test_stack_rejects_a_plan_that_was_not_reviewed(cloud: Cloud) -> None:
    require_reviewed(cloud.account, "dev-airflow", plan(GROUP), REVIEWED)
    with pytest.raises(PreconditionError) as error:
        require_reviewed(cloud.account, "dev-airflow", plan(change("aws_subnet.a", "delete")), REVIEWED)
    text = str(error.value)
    assert text.startswith("dev-airflow: the plan differs from the reviewed plan; nothing was applied:\n  aws_subnet.a")
    assert text.endswith("operations plan dev --out FOLDER, review the new plan, deploy with it")


@pytest.mark.feature("O5")
def test_file_holds_the_reviewed_plan_without_its_values(tmp_path: Path) -> None:
    Planned("dev", {STACK: plan(GROUP, SERVICE)}, [], {"subnets": ["subnet-0000"]}).write(tmp_path)
    assert read_reviewed(tmp_path / "reviewed.json", environment="dev").stacks == REVIEWED.stacks
    text = (tmp_path / "reviewed.json").read_text()
    assert [value for value in ("hunter22", "subnet-0000", "30") if f'"{value}"' in text] == []
    assert json.loads((tmp_path / f"{STACK}.plan.json").read_text()) == plan(GROUP, SERVICE)


@pytest.mark.feature("O5")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "No such file or directory"),
        ("{", "is not a reviewed plan"),
        ("[]", "is not a reviewed plan"),
        ('{"environment": "dev", "stacks": {"a": {"b": 1}}}', "is not a reviewed plan"),
        ('{"environment": "prod", "stacks": {}}', "is the reviewed plan of prod, not of dev"),
    ],
)
def test_file_that_is_no_reviewed_plan_of_the_environment_is_rejected(
    text: str | None, expected: str, tmp_path: Path
) -> None:
    file = tmp_path / "reviewed.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(PreconditionError) as error:
        read_reviewed(file, environment="dev")
    assert str(error.value) == (
        f"{file}: {expected}. Fix: give a file that `plan dev --out FOLDER` wrote: FOLDER/reviewed.json"
    )


@pytest.mark.feature("O5")
def test_written_file_is_the_same_every_time(tmp_path: Path) -> None:
    first = write_reviewed(REVIEWED, tmp_path / "a").read_bytes()
    assert (
        write_reviewed(read_reviewed(tmp_path / "a/reviewed.json", environment="dev"), tmp_path / "b").read_bytes()
        == first
    )
