"""What a rule says about a resource."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from terraform_gate.terraform_resource import Resource


class Verdict(StrEnum):
    """Pass, fail, or *not judged*: the value that decides is not known yet. Not judged is never passed."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    NOT_JUDGED = "not judged"


class Severity(StrEnum):
    """How bad a finding is, in SARIF's and checkov's order."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True)
class Finding:
    """One verdict of one rule on one resource; `message` says what was seen, with the values, and is "" for a pass."""

    resource: Resource
    verdict: Verdict
    message: str = ""


_WEIGHT = {Verdict.FAIL: 2, Verdict.NOT_JUDGED: 1, Verdict.PASS: 0}


def worst(findings: Sequence[Finding]) -> Finding:
    """Merge findings about one resource: a fail beats not judged beats a pass; messages of that verdict are joined."""
    top = max(findings, key=lambda finding: _WEIGHT[finding.verdict])
    messages = dict.fromkeys(item.message for item in findings if item.verdict is top.verdict and item.message)
    return Finding(resource=top.resource, verdict=top.verdict, message="; ".join(messages))


def passed(resource: Resource) -> Finding:
    """Say that the rule looked at `resource` and found nothing wrong."""
    return Finding(resource=resource, verdict=Verdict.PASS)


def failed(resource: Resource, message: str) -> Finding:
    """Say what is wrong with `resource`."""
    return Finding(resource=resource, verdict=Verdict.FAIL, message=message)


def not_judged(resource: Resource, message: str) -> Finding:
    """Say which value of `resource` would have to be known."""
    return Finding(resource=resource, verdict=Verdict.NOT_JUDGED, message=message)
