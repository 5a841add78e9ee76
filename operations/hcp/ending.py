"""Why a run ended without a plan or an apply."""

from __future__ import annotations

from collections.abc import Iterable

FAILED = {
    "errored": ("failed", "correct the cause that the log shows, then run the command again"),
    "discarded": ("was discarded by a user", "ask who discarded it, or run the command again"),
    "canceled": ("was canceled by a user", "ask who canceled it, or run the command again"),
    "force_canceled": ("was canceled by force", "check the state of the workspace, then run the command again"),
    "policy_soft_failed": (
        "violates a policy of the organization",
        "correct what the policy check shows, or ask an owner of the policy to override it",
    ),
    "policy_override": (
        "violates a policy of the organization and waits for an override",
        "correct what the policy check shows, or ask an owner of the policy to override it",
    ),
}
"""Last statuses of a run (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run): text and fix."""


def explain(status: str, workspace: str, address: str, reasons: Iterable[str]) -> str:
    """The message about a run that ended with ``status``, one of ``FAILED``."""
    what, fix = FAILED[status]
    return "\n".join([f"{workspace}: the run {what}: {address}", *(f"  {reason}" for reason in reasons), f"Fix: {fix}"])
