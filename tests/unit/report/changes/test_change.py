"""The changes of a plan by their effect, as values and as Markdown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from report.changes.change import Change, Group, changes_of
from report.changes.markdown import markdown


def changed(kind: str, *actions: str, **change: Any) -> list[Change]:
    body = {"actions": list(actions), **change}
    item = {"address": f"{kind}.it", "type": kind, "mode": "managed", "change": body}
    return changes_of({"dev-airflow": {"resource_changes": [item]}})


@pytest.mark.feature("O4")
@pytest.mark.parametrize(
    ("kind", "actions", "change", "group"),
    [
        ("aws_db_instance", ("delete",), {}, Group.DATA),
        ("aws_s3_bucket", ("delete", "create"), {}, Group.DATA),
        ("aws_lb", ("create", "delete"), {}, Group.INTERRUPTION),
        (
            "aws_db_instance",
            ("update",),
            {"before": {"port": 5432}, "after": {"port": 5433}},
            Group.INTERRUPTION,
        ),
        ("aws_db_instance", ("update",), {"before": {"tags": {}}, "after": {"tags": {"a": "b"}}}, Group.NONE),
        ("aws_iam_role", ("delete",), {}, Group.NONE),
        ("aws_ecs_service", ("update",), {"before": {"x": 1}, "after": {"x": 2}}, Group.ROLLING),
        ("aws_ecs_task_definition", ("delete", "create"), {}, Group.NONE),
        ("aws_route", ("update",), {"before": {"gateway_id": "a"}, "after": {"gateway_id": "b"}}, Group.INTERRUPTION),
        ("aws_sns_topic", ("create",), {}, Group.NONE),
    ],
)
def test_change_is_in_the_group_of_its_effect(
    kind: str, actions: tuple[str, ...], change: dict[str, Any], group: Group
) -> None:
    assert [item.group for item in changed(kind, *actions, **change)] == [group]


@pytest.mark.feature("O4")
@pytest.mark.parametrize("actions", [("no-op",), ("read",), ()])
def test_what_does_not_change_is_not_listed(actions: tuple[str, ...]) -> None:
    assert changed("aws_vpc", *actions) == []


@pytest.mark.feature("O4")
def test_secrets_are_masked_wherever_they_are() -> None:
    containers = [{"environment": [{"name": "SMTP_PASSWORD", "value": "hunter2"}, {"name": "X", "value": "plain"}]}]
    before = {"value": "hunter2", "password": "hunter2", "containers": json.dumps(containers), "url": "a"}
    after = {"value": "new", "password": "x", "containers": "[]", "url": "https://me:hunter2@example.com"}
    (item,) = changed("aws_thing", "update", before=before, after=after, before_sensitive={"value": True})
    assert "hunter2" not in str(item)
    assert "plain" in str(item)
    assert {"value", "password", "url"} <= {attribute.name for attribute in item.attributes}


@pytest.mark.feature("O4")
def test_unknown_value_is_shown_as_known_after_apply() -> None:
    (item,) = changed("aws_thing", "update", before={"arn": "a"}, after={}, after_unknown={"arn": True})
    assert item.attributes[0].after == "(known after apply)"


@pytest.mark.feature("O4")
def test_markdown_cannot_be_ended_by_a_name() -> None:
    evil = '`</code><img src=x onerror="alert(1)">\n# title\x1b[31m'
    change = {"actions": ["update"], "before": {evil: 1}, "after": {evil: evil}}
    item = {"address": f"aws_ecs_service.{evil}", "type": "aws_ecs_service", "mode": "managed", "change": change}
    text = markdown("dev", changes_of({"dev-airflow": {"resource_changes": [item]}}), [evil], "Monthly cost: 1 USD.")
    assert "\x1b" not in text
    assert "\n# title" not in text
    for line in text.splitlines():
        assert "<img" not in "".join(line.split("`")[::2])


@pytest.mark.feature("O4")
def test_markdown_of_many_changes_fits_into_a_comment() -> None:
    item = {"address": "aws_sns_topic.a", "type": "aws_sns_topic", "mode": "managed", "change": {"actions": ["create"]}}
    text = markdown("dev", changes_of({"dev-airflow": {"resource_changes": [item] * 5000}}), [], "")
    assert len(text) < 65_536
    assert "- and 4800 more" in text
