"""The result of a gate run, independent of the report's format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from terraform_gate.finding import Finding, Severity, Verdict, worst
from terraform_gate.gate.waivers import Waiver
from terraform_gate.reading.problem import Problem
from terraform_gate.rule import Rule


@dataclass(frozen=True)
class RuleCard:
    """The description of a rule in reports; the rule is one of the gate or one of checkov."""

    id: str
    title: str
    severity: Severity
    remediation: str
    why: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """The verdict of one rule on one resource, merged over its JSON and its plan."""

    card: RuleCard
    finding: Finding
    waiver: Waiver | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict of the rule; a waiver does not change it."""
        return self.finding.verdict

    @property
    def is_open(self) -> bool:
        """Whether the verdict is ``fail`` or ``unknown`` and no waiver accepts it."""
        return self.verdict is not Verdict.PASS and self.waiver is None


@dataclass(frozen=True)
class Report:
    """Everything that one run of the gate found.

    Attributes:
        outcomes: All verdicts, waived ones included.
        problems: Inputs and rules that could not be evaluated.
        stacks: Names of the stacks that were read.
        resources: Number of managed resources.
        rules: Number of rules that were run.
        not_applied: Ids of checkov's rules that are left out, with the reason.
        uncovered: Number of resources, by type, that no rule applies to.
    """

    outcomes: Sequence[Outcome]
    problems: Sequence[Problem]
    stacks: Sequence[str]
    resources: int
    rules: int
    not_applied: Mapping[str, str] = field(default_factory=dict)
    uncovered: Mapping[str, int] = field(default_factory=dict)

    def of(self, verdict: Verdict) -> list[Outcome]:
        """List the outcomes with this verdict that no waiver accepts."""
        return [item for item in self.outcomes if item.verdict is verdict and item.waiver is None]

    @property
    def waived(self) -> list[Outcome]:
        """List the outcomes that a waiver accepts."""
        return [item for item in self.outcomes if item.waiver is not None]

    @property
    def exit_code(self) -> int:
        """0: every verdict is ``pass`` or waived; 1: a ``fail``; 2: an ``unknown``, a problem, or no resource."""
        if self.problems or self.of(Verdict.UNKNOWN) or not self.resources:
            return 2
        return 1 if self.of(Verdict.FAIL) else 0


def card_of(rule: Rule) -> RuleCard:
    """Make the card of a rule of the gate."""
    return RuleCard(rule.id, rule.title, rule.severity, rule.remediation, rule.why, rule.references)


def joined(found: Iterable[tuple[int, RuleCard, Finding]]) -> list[Outcome]:
    """Merge the findings of a rule about the same address in JSON and plan.

    Within one view ``fail`` wins over ``unknown``, and ``unknown`` over ``pass``. Between views ``fail`` still wins,
    but a view without ``unknown`` wins over a view with it: a plan knows values that JSON does not.

    Args:
        found: Number of the view (the configuration), rule, finding.

    Returns:
        One outcome for each rule and address.
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
    known = [view for view in views if all(finding.verdict is not Verdict.UNKNOWN for finding in view)]
    chosen = [finding for view in known or views for finding in view]
    chosen += [finding for view in views for finding in view if finding.verdict is Verdict.FAIL and view not in known]
    by_address: dict[str, list[Finding]] = {}
    for finding in chosen:
        by_address.setdefault(finding.resource.address, []).append(finding)
    return _without_template([worst(findings) for findings in by_address.values()])


def _without_template(merged: list[Finding]) -> list[Finding]:
    """Drop the finding on ``aws_subnet.s`` when the plan's ``aws_subnet.s[0]`` has the same verdict."""
    instances = {finding.verdict for finding in merged if finding.resource.address.endswith("]")}
    return [item for item in merged if item.resource.address.endswith("]") or item.verdict not in instances]


def _base(address: str) -> str:
    """Return ``aws_subnet.s`` for ``aws_subnet.s[0]``: JSON has the resource once, the plan has every instance."""
    return address.rpartition("[")[0] if address.endswith("]") else address
