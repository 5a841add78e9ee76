"""The report as SARIF 2.1.0 (OASIS), which code hosts show next to the lines of a pull request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from terraform_gate.finding import Severity, Verdict
from terraform_gate.gate.outcome import Outcome, Report, RuleCard
from terraform_gate.gate.source_lines import location_of

_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
"""The number of `security-severity`, from which code hosts derive the severity."""


def sarif_text(report: Report) -> str:
    """Format the report as one SARIF run.

    A ``fail`` is a result of kind ``fail``, an ``unknown`` of kind ``open``; waived results are suppressed, and
    problems are notifications.
    """
    shown = [item for item in report.outcomes if item.verdict is not Verdict.PASS]
    cards = list({item.card.id: item.card for item in shown}.values())
    run = {
        "tool": {"driver": {"name": "airflow-fargate policies", "rules": [_rule(card) for card in cards]}},
        "invocations": [_invocation(report)],
        "results": [_result(item, cards) for item in shown],
    }
    schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(card: RuleCard) -> dict[str, Any]:
    return {
        "id": card.id,
        "shortDescription": {"text": card.title},
        "fullDescription": {"text": card.why or card.title},
        "help": {"text": card.remediation},
        "defaultConfiguration": {"level": _LEVELS[card.severity]},
        "properties": {"security-severity": _SCORES[card.severity], "tags": ["security", *card.references]},
    }


def _invocation(report: Report) -> dict[str, Any]:
    problems = [
        {"level": "error", "message": {"text": f"{problem.where}: {problem.reason}"}} for problem in report.problems
    ]
    return {
        "executionSuccessful": not report.problems,
        "exitCode": report.exit_code,
        "toolExecutionNotifications": problems,
    }


def _result(item: Outcome, cards: list[RuleCard]) -> dict[str, Any]:
    resource = item.finding.resource
    is_unknown = item.verdict is Verdict.UNKNOWN
    result: dict[str, Any] = {
        "ruleId": item.card.id,
        "ruleIndex": cards.index(item.card),
        "kind": "open" if is_unknown else "fail",
        "level": "none" if is_unknown else _LEVELS[item.card.severity],
        "message": {"text": f"{resource.address}: {item.finding.message or item.card.title}"},
        "locations": [_location(item)],
        "partialFingerprints": {"ruleStackAddress/v1": f"{item.card.id}:{resource.stack}:{resource.address}"},
    }
    if item.waiver:
        note = f"{item.waiver.reason} ({item.waiver.owner}, until {item.waiver.expires})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": note}]
    return result


def _location(item: Outcome) -> dict[str, Any]:
    resource = item.finding.resource
    file, line = location_of(resource)
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(file)},
            "region": {"startLine": line},
        },
        "logicalLocations": [{"fullyQualifiedName": resource.key, "kind": "resource"}],
    }


def _uri(file: Path) -> str:
    absolute, here = file.resolve(), Path.cwd().resolve()
    return absolute.relative_to(here).as_posix() if absolute.is_relative_to(here) else absolute.as_uri()
