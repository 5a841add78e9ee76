"""The comparison as text, JSON, SARIF, or Markdown for a comment on a pull request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from terraform_gate.comparison.changes import Change, Effect
from terraform_gate.reading.problem import Problem

_LEVELS = {Effect.OPENS: "error", Effect.UNKNOWN: "warning", Effect.CLOSES: "note"}
_TITLES = {
    Effect.OPENS: "Opened",
    Effect.UNKNOWN: "Possibly opened: it depends on values that are not known",
    Effect.CLOSES: "Closed",
}


def text(changes: Sequence[Change], problems: Sequence[Problem]) -> str:
    """Format one line for each problem and change, and a line of totals."""
    lines = [f"PROBLEM {problem.where}: {problem.reason}" for problem in problems]
    lines += [f"{item.effect.upper()} {item.kind}: {item.text}{_where(item)}" for item in changes]
    return "\n".join([*lines, _totals(changes)])


def json_text(changes: Sequence[Change], problems: Sequence[Problem]) -> str:
    """Format a JSON object with ``changes`` and ``problems``."""
    listed = [
        {"effect": item.effect, "kind": item.kind, "text": item.text, "file": _file(item), "line": item.line}
        for item in changes
    ]
    unread = [{"where": problem.where, "reason": problem.reason} for problem in problems]
    return json.dumps({"changes": listed, "problems": unread}, indent=2)


def sarif_text(changes: Sequence[Change], problems: Sequence[Problem]) -> str:
    """Format one SARIF 2.1.0 run; what is closed is a note."""
    rules = [{"id": f"access-{name}", "shortDescription": {"text": _TITLES[effect]}} for effect, name in _NAMES.items()]
    notes = [{"level": "error", "message": {"text": f"{item.where}: {item.reason}"}} for item in problems]
    run = {
        "tool": {"driver": {"name": "terraform-gate compare", "rules": rules}},
        "invocations": [{"executionSuccessful": not problems, "toolExecutionNotifications": notes}],
        "results": [_result(item) for item in changes],
    }
    return json.dumps({"version": "2.1.0", "runs": [run]}, indent=2)


_NAMES = {Effect.OPENS: "opened", Effect.UNKNOWN: "unknown", Effect.CLOSES: "closed"}


def _result(item: Change) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": f"access-{_NAMES[item.effect]}",
        "level": _LEVELS[item.effect],
        "message": {"text": f"{item.effect} {item.kind}: {item.text}"},
    }
    if _file(item):
        region = {"startLine": item.line}
        result["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": _file(item)}, "region": region}}]
    return result


def markdown(changes: Sequence[Change], problems: Sequence[Problem]) -> str:
    """Format a comment for a pull request."""
    return "\n".join(["## Changed access", "", f"{_totals(changes)}.", *_sections(changes, problems)])


def _sections(changes: Sequence[Change], problems: Sequence[Problem]) -> Iterator[str]:
    for effect, title in _TITLES.items():
        if found := [item for item in changes if item.effect is effect]:
            yield f"\n### {title}\n"
            yield from (f"- {item.kind}: {_code(item.text)}{_where(item)}" for item in found)
    if problems:
        yield "\n### Not read\n"
        yield from (f"- {_code(problem.where)}: {problem.reason}" for problem in problems)


def _code(words: str) -> str:
    return "`" + " ".join(words.replace("`", "'").split()) + "`"


def _totals(changes: Sequence[Change]) -> str:
    counts = [sum(item.effect is effect for item in changes) for effect in Effect]
    return f"{counts[0]} opened, {counts[1]} possibly opened, {counts[2]} closed"


def _file(item: Change) -> str:
    return "" if item.file.name == "" else item.file.as_posix()


def _where(item: Change) -> str:
    return f" ({_file(item)}:{item.line})" if _file(item) else ""


FORMATS: Mapping[str, Callable[[Sequence[Change], Sequence[Problem]], str]] = {
    "text": text,
    "json": json_text,
    "sarif": sarif_text,
    "markdown": markdown,
}
