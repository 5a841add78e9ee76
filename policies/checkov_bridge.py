"""How a rule that judges a whole configuration answers checkov, which asks about one resource at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from policies.finding import Finding, Verdict

if TYPE_CHECKING:
    from policies.rule import Rule

_WEIGHT = {Verdict.FAIL: 2, Verdict.NOT_JUDGED: 1, Verdict.PASS: 0}


def verdict_on(*, rule: Rule, conf: Mapping[str, Any]) -> Finding | None:
    """Give the rule's verdict on the resource that checkov shows, or None when the rule says nothing about it."""
    raise NotImplementedError


def worst(findings: list[Finding]) -> Finding:
    """Merge findings about one resource: a fail beats not judged beats a pass; messages of that verdict are joined."""
    top = max(findings, key=lambda finding: _WEIGHT[finding.verdict])
    messages = dict.fromkeys(item.message for item in findings if item.verdict is top.verdict and item.message)
    return Finding(resource=top.resource, verdict=top.verdict, message="; ".join(messages))
