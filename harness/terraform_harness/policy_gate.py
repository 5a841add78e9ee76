"""The gate of the policies as a step of a longer run, in a process of its own: rooms do not import each other."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from terraform_harness.lifecycle import LifecycleError
from terraform_harness.tools import ROOT


def judge(stacks: Iterable[Path], *, plan: tuple[str, dict[str, Any]] | None = None, folder: Path) -> str:
    """The gate's last word about ``stacks`` and, where given, about the plan of one of them.

    Args:
        stacks: folders of synthesized stacks, judged as one configuration.
        plan: name of a stack and its plan as JSON.
        folder: where the plan may be written for the gate to read.

    Raises:
        LifecycleError: the gate found something, or could not judge something; with all that it says.
    """
    command = [sys.executable, "-m", "policies", *map(str, stacks)]
    if plan:
        stack, document = plan
        file = folder / f"{stack}.plan.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        command += ["--plan", f"{stack}={file}"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise LifecycleError(f"policies: exit code {ended.returncode}\n{ended.stdout}{ended.stderr}")
    counted = [line for line in ended.stdout.splitlines() if " verdicts: " in line]
    return counted[-1] if counted else ended.stdout.strip()
