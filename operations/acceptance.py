"""The conditions that a plan must meet before it is applied; each of them raises PreconditionError."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from terraform_gate.interruptions import RULE

from operations.account import Account
from operations.errors import PreconditionError
from operations.plan_guard import losses
from operations.plan_summary import SHOWN_CHANGES
from operations.reviewed import Reviewed


def require_state(account: Account, stack: str, shown: Mapping[str, Any]) -> None:
    """Reject the empty state of an environment that runs: ``state`` was changed, or the state was lost."""
    if not (shown.get("prior_state") or {}).get("values"):
        raise PreconditionError(
            f"{stack}: {account.file}: state: the state is empty, but the environment is deployed. Fix: "
            f"undo the change of `state`, or move the state first (terraform init -migrate-state)"
        )


def require_no_loss(account: Account, stack: str, shown: dict[str, Any], *, in_use: bool) -> None:
    """Reject a plan that loses data or interrupts users, unless a waiver accepts it."""
    today = datetime.datetime.now(datetime.UTC).date()
    lost = losses(shown, waivers=account.environment.waivers, today=today, in_use=in_use)
    if lost:
        fix = f"undo the change, or add a waiver with rule {RULE} and the address to {account.file}"
        _reject(stack, "the plan loses data or interrupts users", lost, fix=fix)


def require_reviewed(account: Account, stack: str, shown: Mapping[str, Any], reviewed: Reviewed | None) -> None:
    """Reject changes that the reviewed plan does not have: AWS, the files or the state changed since."""
    found = reviewed.differences(stack, shown) if reviewed else []
    if found:
        fix = f"{account.command('plan', '--out', 'FOLDER')}, review the new plan, deploy with it"
        _reject(stack, "the plan differs from the reviewed plan", found[:SHOWN_CHANGES], fix=fix)


def _reject(stack: str, why: str, lines: Iterable[str], *, fix: str) -> None:
    listed = (f"  {line}" for line in lines)
    raise PreconditionError("\n".join([f"{stack}: {why}; nothing was applied:", *listed, f"Fix: {fix}"]))
