"""A double of ``operations.stacks.Stack`` that runs no Terraform."""

from __future__ import annotations

from typing import Any

from operations.account import Account


class FakeStack:
    """A stack that Terraform applies and destroys at once."""

    def __init__(self, account: Account, layer: str) -> None:
        self.account, self.layer = account, layer

    def bring_up(self, **_options: Any) -> bool:
        self.account.changed = True
        return False

    def tear_down(self, **_options: Any) -> None:
        self.account.changed = True

    def task_definitions(self) -> dict[str, str]:
        return {}

    def outputs(self) -> dict[str, str]:
        return {"url": "https://airflow.example.com"}
