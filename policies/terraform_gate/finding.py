"""The verdict of one rule on one resource."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from terraform_gate.terraform_resource import Resource


class Verdict(StrEnum):
    """The verdict of a rule on a resource: ``unknown`` when a value that decides is not known yet, never ``pass``."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """The severity of a rule, worst first; SARIF and checkov use the same words."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True)
class Finding:
    """The verdict of one rule on one resource.

    Attributes:
        resource: The resource that was evaluated.
        verdict: ``pass``, ``fail`` or ``unknown``.
        message: What the rule found, with the values; empty for a pass.
    """

    resource: Resource
    verdict: Verdict
    message: str = ""

    @classmethod
    def pass_(cls, resource: Resource) -> Finding:
        """Make the finding of a resource that violates nothing."""
        return cls(resource=resource, verdict=Verdict.PASS)

    @classmethod
    def fail(cls, resource: Resource, message: str) -> Finding:
        """Make the finding of a resource that violates the rule; ``message`` names the violation and the value."""
        return cls(resource=resource, verdict=Verdict.FAIL, message=message)

    @classmethod
    def unknown(cls, resource: Resource, message: str) -> Finding:
        """Make the finding of a resource that cannot be evaluated; ``message`` names the value that is not known."""
        return cls(resource=resource, verdict=Verdict.UNKNOWN, message=message)


_WEIGHT = {Verdict.FAIL: 2, Verdict.UNKNOWN: 1, Verdict.PASS: 0}


def worst(findings: Sequence[Finding]) -> Finding:
    """Merge findings about one resource.

    Args:
        findings: At least one finding; all are about the same resource.

    Returns:
        The worst verdict (``fail``, then ``unknown``, then ``pass``) with all its messages joined.
    """
    top = max(findings, key=lambda finding: _WEIGHT[finding.verdict])
    messages = dict.fromkeys(item.message for item in findings if item.verdict is top.verdict and item.message)
    return Finding(resource=top.resource, verdict=top.verdict, message="; ".join(messages))
