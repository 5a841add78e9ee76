"""What the gate has to say, independent of how it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from terraform_gate.finding import Finding, Severity, Verdict, worst
from terraform_gate.gate.waivers import Waiver
from terraform_gate.reading.inputs import Problem
from terraform_gate.rule import Rule


@dataclass(frozen=True)
class RuleCard:
    """A rule as reports show it, ours or checkov's."""

    id: str
    title: str
    severity: Severity
    remediation: str
    why: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """The verdict of one rule on one resource, joined over everything it was seen in (JSON, plan)."""

    card: RuleCard
    finding: Finding
    waiver: Waiver | None = None

    @property
    def verdict(self) -> Verdict:
        """Pass, fail or not judged; a waiver does not change it."""
        return self.finding.verdict

    @property
    def is_open(self) -> bool:
        """Tell whether somebody has to do something."""
        return self.verdict is not Verdict.PASS and self.waiver is None


@dataclass(frozen=True)
class Report:
    """Everything that one run of the gate found."""

    outcomes: Sequence[Outcome]
    problems: Sequence[Problem]
    stacks: Sequence[str]
    resources: int
    rules: int
    not_applied: Mapping[str, str] = field(default_factory=dict)
    """Rules of checkov's that are left out, with the reason."""
    uncovered: Mapping[str, int] = field(default_factory=dict)
    """How many resources of a type got no verdict at all, because no rule is about them."""

    def of(self, verdict: Verdict) -> list[Outcome]:
        """List the outcomes with this verdict that nobody has accepted."""
        return [item for item in self.outcomes if item.verdict is verdict and item.waiver is None]

    @property
    def waived(self) -> list[Outcome]:
        """List what a waiver accepts."""
        return [item for item in self.outcomes if item.waiver is not None]

    @property
    def exit_code(self) -> int:
        """0: every resource judged and clean; 1: findings; 2: something could not be judged."""
        if self.problems or self.of(Verdict.UNKNOWN) or not self.resources:
            return 2
        return 1 if self.of(Verdict.FAIL) else 0


def card_of(check: Any) -> RuleCard:
    """Describe a rule of ours or a check of checkov's."""
    if isinstance(check, Rule):
        return RuleCard(check.id, check.title, check.severity, check.remediation, check.why, check.references)
    severity = str(getattr(check.severity, "name", "") or "").lower()
    known = Severity(severity) if severity in set(Severity) else Severity.MEDIUM
    return RuleCard(check.id, check.name, known, check.guideline or f"See checkov's documentation of {check.id}.")


def joined(found: Iterable[tuple[int, RuleCard, Finding]]) -> list[Outcome]:
    """Merge what a rule said about the same address in JSON and plan.

    `found` says in which view (which configuration, by its number) a rule said what. Within one view a fail beats
    not judged beats a pass. Between views a fail still wins, but a view that could judge
    beats one that could not: that is what the plan is for.
    """
    cards: dict[str, RuleCard] = {}
    views: dict[tuple[str, str, str], dict[int, list[Finding]]] = {}
    for view, card, finding in found:
        cards[card.id] = card
        where = (card.id, finding.resource.stack, _base(finding.resource.address))
        views.setdefault(where, {}).setdefault(view, []).append(finding)
    outcomes = []
    for (rule_id, _, _), by_view in views.items():
        outcomes += [Outcome(card=cards[rule_id], finding=finding) for finding in _between(list(by_view.values()))]
    return outcomes


def _between(views: Sequence[list[Finding]]) -> list[Finding]:
    judged = [view for view in views if all(finding.verdict is not Verdict.UNKNOWN for finding in view)]
    chosen = [finding for view in judged or views for finding in view]
    chosen += [finding for view in views for finding in view if finding.verdict is Verdict.FAIL and view not in judged]
    by_address: dict[str, list[Finding]] = {}
    for finding in chosen:
        by_address.setdefault(finding.resource.address, []).append(finding)
    return _without_template([worst(findings) for findings in by_address.values()])


def _without_template(merged: list[Finding]) -> list[Finding]:
    """Drop the finding on `aws_subnet.s` where the plan's `aws_subnet.s[0]` says the same."""
    instances = {finding.verdict for finding in merged if finding.resource.address.endswith("]")}
    return [item for item in merged if item.resource.address.endswith("]") or item.verdict not in instances]


def _base(address: str) -> str:
    """Give `aws_subnet.s` for `aws_subnet.s[0]`: JSON writes the resource once, the plan every instance."""
    return address.rpartition("[")[0] if address.endswith("]") else address
