"""Runs the policy gate (``terraform_gate``) as one step of a longer run, in a separate process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from terraform_harness.extras import require_extra

GATE = "terraform_gate"


class PolicyError(RuntimeError):
    """A policy fails or is unknown; the message is the report of the gate."""


def check(stacks: Sequence[Path], *, plan: tuple[str, dict[str, Any]] | None = None, folder: Path) -> str:
    """Evaluate every policy on ``stacks`` and, where given, on the plan of one of them.

    Args:
        stacks: Folders of synthesized stacks, evaluated as one configuration; empty to evaluate only the plan.
        plan: Name of a stack and its plan as ``terraform show -json`` prints it.
        folder: Where the plan is written for the gate to read.

    Returns:
        The line of the gate's report that counts the verdicts.

    Raises:
        PolicyError: A policy fails or is unknown.
        MissingExtra: The gate is not installed.
    """
    require_extra("policies", GATE)
    command = [sys.executable, "-m", GATE, *map(str, stacks)]
    if plan:
        stack, document = plan
        file = folder / f"{stack}.plan.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        command += ["--plan", f"{stack}={file}"] if stacks else [str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise PolicyError(f"policies: exit code {ended.returncode}\n{ended.stdout}{ended.stderr}")
    counts = [line for line in ended.stdout.splitlines() if " verdicts: " in line]
    return counts[-1] if counts else ended.stdout.strip()
