"""The answer of a run task: status, message and findings as outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "info"}
MOST_OUTCOMES = 100
"""Further findings are in the report, which the answer links to."""
FAILED_EXIT, UNKNOWN_EXIT = 1, 2


def answer(report: Mapping[str, Any], *, url: str) -> dict[str, Any]:
    """Return the body of the callback for a report of the gate.

    Args:
        report: The report as ``--format json`` prints it.
        url: Address of the SARIF report; empty when it is not published.
    """
    shown = [item for item in report["findings"] if item["verdict"] != "pass" and not item.get("waiver")]
    totals = _totals(report, shown)
    outcomes = [_outcome(number, item, url) for number, item in enumerate(shown[:MOST_OUTCOMES])]
    return body("failed" if report["exit_code"] else "passed", totals, url=url, outcomes=outcomes)


def body(status: str, message: str, *, url: str = "", outcomes: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return the body of a callback; ``status`` is ``running``, ``passed`` or ``failed``."""
    attributes = {"status": status, "message": message, **({"url": url} if url else {})}
    data: dict[str, Any] = {"type": "task-results", "attributes": attributes}
    if outcomes:
        data["relationships"] = {"outcomes": {"data": outcomes}}
    return {"data": data}


def _totals(report: Mapping[str, Any], shown: list[Any]) -> str:
    count = {verdict: sum(item["verdict"] == verdict for item in shown) for verdict in ("fail", "unknown")}
    problems = len(report["problems"])
    first = f": {report['problems'][0]['reason']}" if problems else ""
    return f"{count['fail']} fail, {count['unknown']} unknown, {problems} problems{first}"[:500]


def _outcome(number: int, item: Mapping[str, Any], url: str) -> dict[str, Any]:
    failed = item["verdict"] == "fail"
    level = LEVELS.get(item["severity"], "info")
    attributes = {
        "outcome-id": f"{item['rule']}-{number}",
        "description": f"{item['address']}: {item['message'] or item['title']}",
        "body": f"**{item['title']}**\n\n`{item['address']}`: {item['message']}\n\nFix: {item['remediation']}\n",
        "tags": {
            "Status": [{"label": "Failed" if failed else "Unknown", "level": "error" if failed else "warning"}],
            "Severity": [{"label": item["severity"], "level": level}],
            "Rule": [{"label": item["rule"]}],
        },
        **({"url": url} if url else {}),
    }
    return {"type": "task-result-outcomes", "attributes": attributes}
