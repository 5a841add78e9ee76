"""The changes of a plan as Markdown for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from terraform_gate.gate.printable import printable

from report.changes.change import MEANING, Change, Group

MOST = 200
"""Changes in one group: GitHub accepts comments of at most 65,536 characters."""


def markdown(environment: str, changes: Sequence[Change], rejected: Sequence[str], cost: str) -> str:
    """Format the changes by group, what the plan guard rejects, and the monthly cost."""
    return printable("\n".join(_lines(environment, changes, rejected, cost))) + "\n"


def _lines(environment: str, changes: Sequence[Change], rejected: Sequence[str], cost: str) -> Iterator[str]:
    counts = [(group, [item for item in changes if item.group is group]) for group in Group]
    yield f"## Plan of {code(environment)}"
    yield ""
    yield ", ".join(f"{len(found)} × {group.lower()}" for group, found in counts if found) or "Nothing changes."
    yield f"\n{cost}"
    if rejected:
        yield "\n### Rejected by `make deploy` without a waiver\n"
        yield from (f"- {code(line)}" for line in rejected)
    for group, found in counts:
        if found:
            yield f"\n### {group} ({len(found)})\n\n{MEANING[group]}\n"
            yield from (line for change in found[:MOST] for line in _change(change))
            if len(found) > MOST:
                yield f"- and {len(found) - MOST} more"


def _change(change: Change) -> Iterator[str]:
    reason = f": {plain(change.reason)}" if change.reason else ""
    yield f"- {change.action} {code(change.address)}{reason}"
    for attribute in change.attributes if change.group is not Group.NONE else ():
        yield f"  - {code(attribute.name)}: {code(attribute.before)} → {code(attribute.after)}"


def code(text: str) -> str:
    """Text as inline code that cannot end itself or the line."""
    return "`" + " ".join(text.replace("`", "'").split()) + "`"


def plain(text: str) -> str:
    """Text without characters that Markdown or HTML interprets."""
    return " ".join("".join(character for character in text if character not in "<>`*[]|").split())
