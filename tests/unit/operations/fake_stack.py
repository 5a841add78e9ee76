"""A double of ``operations.stacks.Stack`` that runs no Terraform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from operations.account import Account
from operations.errors import PreconditionError


class FakeStack:
    """A stack that Terraform applies and destroys at once."""

    removed: ClassVar[list[str]] = []
    plan: ClassVar[dict[str, Any]] = {}
    rejected: ClassVar[str] = ""
    calls: ClassVar[list[str]] = []

    def __init__(self, account: Account, layer: str, **_options: Any) -> None:
        self.account, self.layer = account, layer

    def bring_up(
        self, *, keep_removed: bool = False, before_apply: Callable[[Any], None] | None = None, **_options: Any
    ) -> list[str]:
        if before_apply:
            before_apply(self.plan)
        self.account.changed = True
        self.calls.append(self.layer)
        return self.removed if keep_removed else []

    def check(self) -> None:
        self.calls.append("check")
        if self.rejected:
            raise PreconditionError(self.rejected)

    def tear_down(self, **_options: Any) -> None:
        self.account.changed = True

    def task_definitions(self) -> dict[str, str]:
        return {}

    def outputs(self) -> dict[str, str]:
        return {"url": "https://airflow.example.com"}
