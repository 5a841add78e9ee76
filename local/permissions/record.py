"""Reads the records of runs, and the file that keeps what they used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml
from terraform_harness.emulator.iam import DecisionReport

from environments.atomic_file import write
from local.permissions.usage import Usage
from local.repository import ROOT

KEPT = ROOT / "docs" / "permissions.yaml"
HEAD = """# Written by make grants: the statements of the task roles and CI roles, and the operations that needed them.
# An empty list has a reason in local/permissions/reasons.py.
"""


def read_records(files: Sequence[Path]) -> list[DecisionReport]:
    """Read the records of runs.

    Raises:
        ValueError: a file is not a record; the message names it and the fix.
    """
    reports = []
    for file in files:
        try:
            reports.append(DecisionReport.read(json.loads(file.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError, KeyError) as error:
            fix = "Fix: write it with .venv/bin/python -m local.demo dev --record FILE, or run make grants"
            raise ValueError(f"{file}: not a record of decisions ({type(error).__name__}). {fix}") from None
    return reports


def keep(found: Iterable[Usage]) -> None:
    """Write what the runs used to docs/permissions.yaml."""
    rows = [
        {
            "role": item.role,
            "policy": item.policy,
            "actions": {name: list(operations) for name, operations in item.actions.items()},
            "resources": {name: list(operations) for name, operations in item.resources.items()},
        }
        for item in found
    ]
    write(KEPT, HEAD + yaml.safe_dump(rows, sort_keys=False, width=200))


def kept() -> list[Usage]:
    """Read docs/permissions.yaml."""
    return [
        Usage(
            role=row["role"],
            policy=row["policy"],
            actions={name: tuple(operations) for name, operations in row["actions"].items()},
            resources={name: tuple(operations) for name, operations in row["resources"].items()},
        )
        for row in yaml.load(KEPT.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    ]
