"""The result of the policy gate, from a separate process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TIME_LIMIT_SECONDS = 120


@dataclass(frozen=True)
class GateResult:
    """What the gate reported.

    Attributes:
        verdicts: number of verdicts, by verdict.
        rules: number of rules.
        open: findings that no waiver accepts.
        waived: accepted findings.
        problems: inputs and rules that could not be evaluated.
        exit_code: exit code of the gate.
    """

    verdicts: Mapping[str, int]
    rules: int
    open: tuple[Mapping[str, Any], ...]
    waived: tuple[Mapping[str, Any], ...]
    problems: tuple[str, ...]
    exit_code: int


def start_gate(folders: Sequence[Path], plans: Mapping[str, Path]) -> subprocess.Popen[str]:
    """Start the gate on the stacks and their plans."""
    command = [sys.executable, "-m", "terraform_gate", "--format", "json", "--time-limit", str(TIME_LIMIT_SECONDS)]
    command += [part for stack, file in plans.items() for part in ("--plan", f"{stack}={file}")]
    return subprocess.Popen([*command, *map(str, folders)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def gate_result(process: subprocess.Popen[str]) -> GateResult:
    """Wait for the gate and read its report; a gate that printed no report is a problem of the result."""
    out, err = process.communicate()
    try:
        document = json.loads(out)
    except ValueError:
        reason = (err.strip().splitlines() or ["no report"])[-1]
        return GateResult({}, 0, (), (), (f"the gate ended with exit code {process.returncode}: {reason}",), 2)
    findings = document["findings"]
    return GateResult(
        verdicts=document["verdicts"],
        rules=document["rules"],
        open=tuple(item for item in findings if "waiver" not in item),
        waived=tuple(item for item in findings if "waiver" in item),
        problems=tuple(f"{item['where']}: {item['reason']}" for item in document["problems"]),
        exit_code=document["exit_code"],
    )
