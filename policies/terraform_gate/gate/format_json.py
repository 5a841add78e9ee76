"""The report as JSON for programs."""

from __future__ import annotations

import json
from typing import Any

from terraform_gate.finding import Verdict
from terraform_gate.gate.outcome import Outcome, Report
from terraform_gate.gate.source_lines import line_of


def json_text(report: Report) -> str:
    """Format the report as one JSON object with sorted keys; findings with verdict ``pass`` are only counted."""
    document = {
        "exit_code": report.exit_code,
        "stacks": list(report.stacks),
        "resources": report.resources,
        "rules": report.rules,
        "verdicts": {verdict: sum(item.verdict is verdict for item in report.outcomes) for verdict in Verdict},
        "problems": [{"where": problem.where, "reason": problem.reason} for problem in report.problems],
        "findings": [_entry(item) for item in report.outcomes if item.verdict is not Verdict.PASS],
        "not_applied": dict(report.not_applied),
        "uncovered": dict(report.uncovered),
    }
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)


def _entry(item: Outcome) -> dict[str, Any]:
    resource, waiver = item.finding.resource, item.waiver
    entry: dict[str, Any] = {
        "rule": item.card.id,
        "title": item.card.title,
        "severity": item.card.severity,
        "verdict": item.verdict,
        "message": item.finding.message,
        "remediation": item.card.remediation,
        "stack": resource.stack,
        "address": resource.address,
        "construct": resource.construct_path,
        "file": str(resource.file),
        "line": line_of(resource),
    }
    if waiver:
        entry["waiver"] = {"reason": waiver.reason, "owner": waiver.owner, "expires": str(waiver.expires)}
    return entry
