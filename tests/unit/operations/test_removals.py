"""What both stacks use is removed after the services were updated."""

from __future__ import annotations

from typing import Any

import pytest

from operations import deploy
from operations.removals import removals
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.fake_stack import FakeStack


class SharingStack(FakeStack):
    """A foundation that deletes something which the stack of Airflow uses."""

    applied: list[str]

    def bring_up(self, **options: Any) -> bool:
        super().bring_up(**options)
        kept = self.layer == "foundation" and not options.get("remove", True)
        self.applied.append(f"{self.layer}{' without removals' if kept else ''}")
        return kept


@pytest.mark.feature("E8")
def test_foundation_deletes_after_the_services_were_updated(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    SharingStack.applied = []
    monkeypatch.setattr(deploy, "Stack", SharingStack)
    monkeypatch.setattr(deploy, "wait_until_steady", lambda *_args, **_options: None)
    monkeypatch.setattr(deploy.migrate, "is_recorded", lambda _account: True)
    monkeypatch.setattr(deploy.migrate, "migrate", lambda _account: None)
    deploy.deploy(cloud.account, confirm=lambda _question: True)
    assert SharingStack.applied == ["foundation without removals", "airflow", "airflow", "foundation"]
    assert cloud.account.steps.remaining == []


@pytest.mark.feature("E8")
def test_replacement_is_no_removal() -> None:
    changes = [("aws_lb.a", ["delete"]), ("aws_lb.b", ["delete", "create"]), ("aws_lb.c", ["create"])]
    plan = {"resource_changes": [{"address": name, "change": {"actions": actions}} for name, actions in changes]}
    assert removals(plan) == ["aws_lb.a"]
