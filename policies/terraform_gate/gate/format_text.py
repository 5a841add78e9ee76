"""The report as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from terraform_gate.finding import Verdict
from terraform_gate.gate.outcome import Outcome, Report
from terraform_gate.gate.source_lines import line_of


def text(report: Report) -> str:
    """Format problems, unknown verdicts, violations, waived findings, and a line of totals, in this order."""
    parts = [
        *_section("PROBLEM", [f"{problem.where}\n    {problem.reason}" for problem in report.problems]),
        *_section("UNKNOWN", [_entry(item) for item in report.of(Verdict.UNKNOWN)]),
        *_section("FAIL", [_entry(item, with_fix=True) for item in report.of(Verdict.FAIL)]),
        *_section("WAIVED", [_waived(item) for item in report.waived]),
        *_uncovered(report),
        _totals(report),
        _next_step(report),
    ]
    return "\n".join(parts)


def _section(title: str, entries: Sequence[str]) -> Iterator[str]:
    for entry in entries:
        yield f"{title} {entry}\n"


def _entry(item: Outcome, *, with_fix: bool = False) -> str:
    resource = item.finding.resource
    lines = [
        f"{item.card.id} ({item.card.severity}) {resource.stack}: {resource.address}",
        f"{resource.file}:{line_of(resource)}"
        + (f"  construct {resource.construct_path}" * bool(resource.construct_path)),
        item.finding.message or item.card.title,
    ]
    if with_fix:
        lines.append(f"Fix: {item.card.remediation}")
    return "\n    ".join(lines)


def _waived(item: Outcome) -> str:
    waiver, resource = item.waiver, item.finding.resource
    terms = f"{waiver.reason} ({waiver.owner}, until {waiver.expires})" if waiver else ""
    return f"{item.card.id} {resource.stack}: {resource.address}\n    {terms}"


def _uncovered(report: Report) -> Iterator[str]:
    if report.uncovered:
        types = ", ".join(f"{count} {kind}" for kind, count in report.uncovered.items())
        yield f"no rule applies to {sum(report.uncovered.values())} of the resources: {types}"


def _totals(report: Report) -> str:
    passes = sum(item.verdict is Verdict.PASS for item in report.outcomes)
    return (
        f"{_counted(len(report.stacks), 'stack')}, {_counted(report.resources, 'resource')}, {report.rules} rules, "
        f"{len(report.outcomes)} verdicts: {passes} pass, {len(report.of(Verdict.FAIL))} fail, "
        f"{len(report.of(Verdict.UNKNOWN))} unknown, {len(report.waived)} waived; "
        f"{_counted(len(report.problems), 'problem')}"
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _next_step(report: Report) -> str:
    return {
        0: "Clean. Next: make demo",
        1: "Repair the findings, or accept them with waivers (docs/policies.md), then run the gate again.",
        2: "The result is incomplete. Repair the problems and unknown verdicts first, then run the gate again.",
    }[report.exit_code]
