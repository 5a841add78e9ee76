"""The report as workflow commands: GitHub Actions shows each next to the line of a pull request that it names."""

from __future__ import annotations

from terraform_gate.finding import Severity, Verdict
from terraform_gate.gate.outcome import Outcome, Report
from terraform_gate.gate.source_lines import location_of

_COMMANDS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "error", Severity.LOW: "warning"}


def github_text(report: Report) -> str:
    """Format one command for each problem and for each ``fail`` or ``unknown`` that is not waived."""
    problems = [f"::error::{_data(f'{problem.where}: {problem.reason}')}" for problem in report.problems]
    return "\n".join([*problems, *(_command(item) for item in report.outcomes if item.is_open)])


def _command(item: Outcome) -> str:
    resource = item.finding.resource
    command = "error" if item.verdict is Verdict.UNKNOWN else _COMMANDS[item.card.severity]
    title = f"{item.card.id} {item.verdict}"
    file, line = location_of(resource)
    where = f"file={_property(str(file))},line={line},title={_property(title)}"
    return f"::{command} {where}::{_data(f'{resource.address}: {item.finding.message or item.card.title}')}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
