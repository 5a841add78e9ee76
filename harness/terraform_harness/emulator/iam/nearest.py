"""Names the statement of a caller that comes nearest to permitting a request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from terraform_harness.emulator.iam.needed import Needed
from terraform_harness.extras import imports_of_extra

with imports_of_extra("iam"):
    from terraform_gate.iam.decision import Caller, Policy
    from terraform_gate.iam.decision.context import Context
    from terraform_gate.iam.decision.policy import CompiledStatement, covers
    from terraform_gate.iam.statement import Statement

EMPTY = Context({}, is_complete=False)


def statement(caller: Caller, action: str, resource: str) -> str:
    """Return a sentence about the nearest Allow: its policy, and the part that does not match."""
    own = [(policy, item) for policy in caller.identity for item in policy.statements if item.source.allows]
    by_action = [(policy, item) for policy, item in own if covers(item.source, action)]
    for policy, item in by_action:
        if item.applies(resource, EMPTY) is not False:
            return _sentence(policy, item.source, f"its conditions do not hold: {_conditions(item.source)}")
    if by_action:
        policy, item = max(
            by_action,
            key=lambda pair: max((_common(text, resource) for text in pair[1].source.resources), default=0),
        )
        return _sentence(policy, item.source, f"it covers {', '.join(item.source.resources[:5])}")
    service = action.partition(":")[0]
    for policy, item in own:
        if any(name.startswith(f"{service}:") for name in item.source.actions) and _covers(item, resource):
            allowed = [name for name in item.source.actions if name.startswith(f"{service}:")]
            return _sentence(policy, item.source, f"it allows {', '.join(allowed[:8])}")
    return "no statement covers the action or the resource"


def permits(policies: Iterable[Policy], needed: Needed) -> bool:
    """Return whether identity policies cover a request, so that only a boundary or a condition denies it."""
    return any(
        covers(item.source, needed.action) and item.source.allows and _covers(item, needed.resource)
        for item in _all(policies)
    )


def _all(policies: Iterable[Policy]) -> Iterator[CompiledStatement]:
    return (item for policy in policies for item in policy.statements)


def _covers(item: CompiledStatement, resource: str) -> bool:
    return any(pattern.matches(resource, EMPTY) is not False for pattern in item.resources)


def _sentence(policy: Policy, source: Statement, why: str) -> str:
    return f"the nearest statement is {source.label} of policy {policy.label}; {why}"


def _conditions(source: Statement) -> str:
    return "; ".join(
        f"{operator} {key} {' or '.join(values)}"
        for operator, by_key in source.conditions.items()
        for key, values in by_key.items()
    )


def _common(pattern: str, resource: str) -> int:
    return next(
        (index for index, (one, other) in enumerate(zip(pattern, resource, strict=False)) if one != other), len(pattern)
    )
