"""The report for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from terraform_gate.finding import Verdict
from terraform_gate.gate.lines import line_of
from terraform_gate.gate.outcome import Outcome, Report


def text(report: Report) -> str:
    """Write findings first, then what was not judged, what is waived, and one line of numbers."""
    parts = [
        *_section("NOT JUDGED", [f"{problem.where}\n    {problem.reason}" for problem in report.problems]),
        *_section("NOT JUDGED", [_entry(item) for item in report.of(Verdict.UNKNOWN)]),
        *_section("FAIL", [_entry(item, with_fix=True) for item in report.of(Verdict.FAIL)]),
        *_section("WAIVED", [_waived(item) for item in report.waived]),
        *_without_a_rule(report),
        _numbers(report),
        _next(report),
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
        lines.append(f"remediation: {item.card.remediation}")
    return "\n    ".join(lines)


def _waived(item: Outcome) -> str:
    waiver, resource = item.waiver, item.finding.resource
    terms = f"{waiver.reason} ({waiver.owner}, until {waiver.expires})" if waiver else ""
    return f"{item.card.id} {resource.stack}: {resource.address}\n    {terms}"


def _without_a_rule(report: Report) -> Iterator[str]:
    if report.uncovered:
        named = ", ".join(f"{count} {kind}" for kind, count in report.uncovered.items())
        yield f"no rule is about {sum(report.uncovered.values())} of the resources: {named}"


def _numbers(report: Report) -> str:
    passes = sum(item.verdict is Verdict.PASS for item in report.outcomes)
    unjudged = len(report.of(Verdict.UNKNOWN)) + len(report.problems)
    return (
        f"{len(report.stacks)} stacks, {report.resources} resources, {report.rules} rules, "
        f"{len(report.outcomes)} verdicts: {passes} pass, {len(report.of(Verdict.FAIL))} fail, {unjudged} not judged, "
        f"{len(report.waived)} waived"
    )


def _next(report: Report) -> str:
    return {
        0: "Clean. Next: make demo",
        1: "Repair the findings, or accept one by a waiver (docs/policies.md), then run this again.",
        2: "Something could not be judged, so nothing is proved. Repair that first, then run this again.",
    }[report.exit_code]
