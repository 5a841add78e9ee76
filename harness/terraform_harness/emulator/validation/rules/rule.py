"""The registry of rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from terraform_harness.emulator.validation.quotas import QUOTAS
from terraform_harness.emulator.validation.requests import Call
from terraform_harness.emulator.validation.violation import Violation

Check = Callable[[Call], None]
EVERY = "*"
RULES: dict[str, Rule] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule that AWS documents but its models lack.

    Attributes:
        name: The name of the function.
        operations: ``service:Operation``; ``service:*`` for every operation of a service.
        source: The page that documents the rule.
        check: Raises Violation.
    """

    name: str
    operations: tuple[str, ...]
    source: str
    check: Check


def rule(*operations: str, source: str) -> Callable[[Check], Check]:
    """Register the decorated function as a rule of ``operations``."""

    def register(check: Check) -> Check:
        if check.__name__ in RULES:
            raise ValueError(f"rule {check.__name__} is registered twice")
        RULES[check.__name__] = Rule(name=check.__name__, operations=operations, source=source, check=check)
        return check

    return register


def apply(call: Call) -> None:
    """Apply the rules of the call's operation.

    Raises:
        Violation: AWS rejects the call.
    """
    for check in _checks(call.service, call.operation):
        check(call)


@cache
def _checks(service: str, operation: str) -> tuple[Check, ...]:
    keys = {f"{service}:{operation}", f"{service}:{EVERY}"}
    return tuple(rule.check for rule in RULES.values() if keys.intersection(rule.operations))


def within(call: Call, quota: str, used: int, *, of: str = "", code: str = "") -> None:
    """Compare ``used`` with a quota of the account.

    Args:
        call: The call.
        quota: The name of the quota.
        used: The use after the call.
        of: The resource that has the limit; empty for the account.
        code: The error code of the service, where it differs from the quota's.

    Raises:
        Violation: The quota is exceeded; the message names it and its limit.
    """
    limit = call.quotas.get(quota)
    if limit is not None and used > limit:
        known = QUOTAS[quota]
        subject = f"{of}: " if of else ""
        raise Violation(
            code or known.code, f"{subject}{used} {known.unit}; the quota '{quota}' is {limit} ({known.source})"
        )
