"""Compares the declared effect of a key with the changes that the provider planned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from terraform_gate.interruptions import DATABASE

from environments.fields import BRIEF_OUTAGE, CHECKS_ONLY, IN_PLACE, ROLLING
from operations.planned_effects import REPLACES, differences, effect_of

Document = Mapping[str, Any]
NOT_LATER = "not possible later"
ORDER = (CHECKS_ONLY, IN_PLACE, ROLLING, BRIEF_OUTAGE, REPLACES)
"""Kinds of effects, harmless first."""
_CLAUSE = re.compile(
    rf"(?P<kind>{'|'.join([*ORDER, NOT_LATER])}):?(?: (?P<what>.*?))??"
    r"(?: when it becomes (?P<becomes>\S+?)| when it was (?P<was>\S+?)"
    r"| on an? (?P<step>increase|decrease|upgrade|downgrade))?(?:, because .*)?"
)
LOGS = "aws_cloudwatch_log_group"
REPLACED: Mapping[str, str] = {
    "all IAM roles": "aws_iam_role",
    "the NAT addresses that are no longer needed": "aws_eip aws_nat_gateway",
    "the broker": "aws_elasticache_replication_group",
    "the AUTH token of the broker": "aws_ssm_parameter",
    "the bucket": "aws_s3_bucket",
    "the bucket of DAG releases": "aws_s3_bucket",
    "Flower": f"aws_ecs_service aws_service_discovery_service {LOGS}",
    "the DNS record": "aws_route53_record",
    "the load balancer": "aws_lb aws_lb_listener aws_lb_target_group aws_route53_record",
    "the log group": LOGS,
    "the proxy": "aws_db_proxy",
    "the services that only the old or only the new topology has": (
        f"aws_ecs_service aws_elasticache_replication_group aws_lb_target_group aws_service_discovery_service "
        f"aws_ssm_parameter {LOGS}"
    ),
    "the storage of Airflow task logs": f"aws_s3_bucket {LOGS}",
    "the subnets of a zone that is removed": "aws_eip aws_nat_gateway aws_subnet",
    "the worker group": f"aws_ecs_service {LOGS}",
}
"""Types of the guarded resources that each effect ``replaces ...`` deletes."""


@dataclass(frozen=True)
class Clause:
    """One part of a declared effect.

    Args:
        kind: one of ``ORDER``, or ``not possible later``.
        what: what is replaced, or what to do instead.
        becomes: the new value that the clause is about; every value when empty.
        was: the old value that the clause is about; every value when empty.
        step: ``increase``, ``decrease``, ``upgrade`` or ``downgrade``, if the clause is only about such changes.
    """

    kind: str
    what: str = ""
    becomes: str = ""
    was: str = ""
    step: str = ""

    def applies(self, before: str, after: str) -> bool:
        """Whether the clause is about this change."""
        if self.step:
            return (_numbers(after) > _numbers(before)) is (self.step in {"increase", "upgrade"})
        return self.becomes in {"", after} and self.was in {"", before}

    def allows(self, address: str) -> bool:
        """Whether a resource that the guard protects may be deleted by this effect."""
        return self.kind == REPLACES and address.split(".", maxsplit=1)[0] in REPLACED[self.what].split()


def clauses(effect: str) -> tuple[Clause, ...]:
    """The parts of a declared effect, separated by semicolons; parts of another form are remarks.

    >>> clauses("replaces the proxy when it becomes false; rolling when it becomes true")[1]
    Clause(kind='rolling', what='', becomes='true', was='', step='')
    """
    matches = (_CLAUSE.fullmatch(part) for part in effect.split("; "))
    return tuple(Clause(**found.groupdict(default="")) for found in matches if found)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)))


@dataclass(frozen=True)
class Planned:
    """What one change does, by the provider's plan.

    Args:
        kind: the most harmful effect; ``nothing in AWS`` when the plan is empty.
        addresses: each changed resource with its effect.
        changes: the changes in the plan.
    """

    kind: str
    addresses: Mapping[str, str]
    changes: tuple[Document, ...]

    def lines(self) -> Iterator[str]:
        """The resources with the most harmful effect, with the actions and the attributes that differ."""
        for change in self.changes:
            if self.addresses[change["address"]] == self.kind:
                yield f"{change['address']}: {'/'.join(change['change']['actions'])} ({', '.join(_reasons(change))})"


def _reasons(change: Document) -> Sequence[str]:
    forced = change["change"].get("replace_paths")
    return [".".join(map(str, path)) for path in forced] if forced else list(differences(change))[:6]


def planned(changes: Sequence[Document]) -> Planned:
    """The effect of the changes in a plan."""
    effects = {change["address"]: effect_of(change) for change in changes}
    for change in changes:  # an upgrade needs a waiver, but keeps the data
        if (
            change["type"] == DATABASE
            and "delete" not in change["change"]["actions"]
            and effects[change["address"]] == REPLACES
        ):
            effects[change["address"]] = BRIEF_OUTAGE
    return Planned(max(effects.values(), key=ORDER.index, default=CHECKS_ONLY), effects, tuple(changes))


def problem(effect: str, *, before: str, after: str, plan: Planned, reordered: bool = False) -> str | None:
    """Why ``plan`` contradicts the declared ``effect``; None when it does not.

    Args:
        effect: the declared effect of the key.
        before: the old value.
        after: the new value.
        plan: what the provider planned.
        reordered: whether only the order of a list changed, which must change nothing.
    """
    if reordered:
        return None if plan.kind == CHECKS_ONLY else "the order of a list has no meaning, and the plan must be empty"
    valid = [clause for clause in clauses(effect) if clause.applies(before, after)]
    if any(clause.kind == NOT_LATER for clause in valid):
        return None
    worst = max((clause.kind for clause in valid), key=ORDER.index, default=IN_PLACE)
    if plan.kind == CHECKS_ONLY and CHECKS_ONLY not in {clause.kind for clause in valid}:
        return "the plan of both stacks is empty: the change is ignored"
    if ORDER.index(plan.kind) > ORDER.index(worst):
        return f"the plan is worse: {plan.kind}"
    deleted = [address for address, kind in plan.addresses.items() if kind == REPLACES]
    undeclared = [address for address in deleted if not any(clause.allows(address) for clause in valid)]
    return f"not declared: {', '.join(undeclared)}" if undeclared else None


def unproven(effect: str, seen: Sequence[str]) -> Iterator[str]:
    """The kinds of a declared effect that no change of the key had: the declaration is too harsh."""
    for clause in clauses(effect):
        if clause.kind not in {*seen, NOT_LATER}:
            yield clause.kind
