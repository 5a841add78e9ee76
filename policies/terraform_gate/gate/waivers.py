"""Waivers: findings that an owner accepts, with the reason and the last day of acceptance."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from terraform_gate.finding import Finding
from terraform_gate.reading.json_file import UnreadableError, read_text
from terraform_gate.reading.problem import Problem
from terraform_gate.reading.remote_state import RemoteStates
from terraform_gate.reading.terraform_root import TerraformRoot

FIELDS = ("rule", "address", "reason", "owner", "expires")


@dataclass(frozen=True)
class Waiver:
    """One accepted finding.

    Attributes:
        rule: Id of the rule.
        address: Terraform address of the resource; for a counted resource without or with its index.
        reason: Why the finding is accepted.
        owner: Who accepts it.
        expires: The last day on which the waiver is valid.
        stacks: Names of the stacks in which the waiver is valid; all stacks when empty.
        where: The file that contains the waiver, for messages.
    """

    rule: str
    address: str
    reason: str
    owner: str
    expires: date
    stacks: frozenset[str] = frozenset()
    where: str = field(default="", compare=False)

    def accepts(self, *, rule: str, finding: Finding) -> bool:
        """Return whether the waiver is about this rule and resource, or about the resource of this instance."""
        resource = finding.resource
        base = resource.address.rpartition("[")[0] if resource.address.endswith("]") else resource.address
        here = not self.stacks or resource.stack in self.stacks
        return here and self.rule == rule and self.address in {resource.address, base}

    def defect(self, *, today: date) -> str:
        """Return why the waiver is not valid: no reason, no owner, or expired; empty when it is valid."""
        if not self.reason.strip():
            return "has no reason"
        if not self.owner.strip():
            return "has no owner"
        return f"expired on {self.expires}" if self.expires < today else ""


def add_waivers(parser: argparse.ArgumentParser) -> None:
    """Add the option ``--waivers``; its value is the list of files for ``waivers_in``."""
    parser.add_argument(
        "--waivers",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="YAML or JSON list of waivers; may be repeated",
    )


def waivers_of(roots: Sequence[TerraformRoot], problems: list[Problem]) -> list[Waiver]:
    """Read the waivers in Terraform JSON: ``"//": {"waivers": [...]}`` at the top level or in a resource.

    An environment writes its waivers into each of its stacks: a waiver is valid in all stacks that read each other's
    state, and equal waivers count once.

    Args:
        roots: The roots to read.
        problems: Receives a problem for each malformed waiver.
    """
    found = [
        _read(entry, where=f"{root.files[0]}: waiver", stacks=[other.name for other in group], problems=problems)
        for group in RemoteStates(roots).groups()
        for root in group
        for entry in _entries(root)
    ]
    return list(dict.fromkeys(waiver for waiver in found if waiver))


def waivers_in(file: Path, problems: list[Problem]) -> list[Waiver]:
    """Read a waiver file: a YAML or JSON list of rule, address, reason, owner, expires, and optionally stack.

    Args:
        file: The file to read.
        problems: Receives a problem for each malformed waiver, or for a file that cannot be read.
    """
    try:
        entries = yaml.safe_load(read_text(file))
    except UnreadableError as error:
        problems.append(Problem(str(file), error.reason))
        return []
    except RecursionError:
        problems.append(Problem(str(file), "not YAML: nested too deeply"))
        return []
    except (
        ValueError,
        yaml.YAMLError,
    ) as error:  # YAML converts dates, and raises ValueError for a date like 2027-13-45
        problems.append(Problem(str(file), f"not YAML: {' '.join(str(error).split())}"))
        return []
    if isinstance(entries, Mapping):
        entries = entries.get("waivers")
    if not isinstance(entries, list):
        problems.append(Problem(str(file), f"a list of waivers is expected ({', '.join(FIELDS)})"))
        return []
    found = [_read(entry, where=f"{file}: waiver {number}", problems=problems) for number, entry in enumerate(entries)]
    return [waiver for waiver in found if waiver]


def _entries(root: TerraformRoot) -> Iterator[Any]:
    yield from root.metadata.get("waivers") or ()
    for kind, name, body in root.bodies("resource"):
        comment = body.get("//")
        for entry in (comment.get("waivers") or ()) if isinstance(comment, Mapping) else ():
            yield {"address": f"{kind}.{name}", **entry} if isinstance(entry, Mapping) else entry


def _read(entry: Any, *, where: str, problems: list[Problem], stacks: Sequence[str] = ()) -> Waiver | None:
    if not isinstance(entry, Mapping):
        problems.append(Problem(where, f"an object with {', '.join(FIELDS)} is expected"))
        return None
    if missing := [name for name in ("rule", "address", "expires") if not entry.get(name)]:
        problems.append(Problem(where, f"{', '.join(missing)} missing"))
        return None
    if unknown := sorted(set(entry) - {*FIELDS, "stack"}):
        problems.append(Problem(where, f"unknown: {', '.join(unknown)}; known: {', '.join(FIELDS)}, stack"))
        return None
    try:
        expires = date.fromisoformat(str(entry["expires"]))
    except ValueError:
        problems.append(Problem(where, f"expires: a date like 2027-01-31 is expected, got {entry['expires']!r}"))
        return None
    return Waiver(
        rule=str(entry["rule"]),
        address=str(entry["address"]),
        reason=str(entry.get("reason") or ""),
        owner=str(entry.get("owner") or ""),
        expires=expires,
        stacks=frozenset([str(entry["stack"])] if entry.get("stack") else stacks),
        where=where,
    )
