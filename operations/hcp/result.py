"""Shows a plan, evaluates the policy gate on it, and checks whether it loses data."""

from __future__ import annotations

import datetime
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terraform_gate.interruptions import RULE
from terraform_harness.policy_gate import PolicyError, check

from environments.facts.stacks import LAYERS
from operations.plan_guard import losses
from operations.plan_summary import summary
from operations.progress import step
from operations.synthesis import Synthesis

WORDS = {("create",): "to create", ("update",): "to change", ("delete",): "to destroy", ("no-op",): "unchanged"}


@dataclass(frozen=True)
class Result:
    """What a plan does, and whether it may be applied.

    Args:
        lines: the changes, and how many there are.
        gate: the gate's line of totals, or its report when a policy fails or is unknown.
        passed: whether every policy passes.
        lost: what the plan would destroy or interrupt.
    """

    lines: tuple[str, ...]
    gate: str
    passed: bool
    lost: tuple[str, ...]

    def show(self) -> None:
        """Print the result on standard output."""
        print("\n".join([*self.lines, f"policies: {'pass' if self.passed else 'FAIL'}: {self.gate}"]))
        if self.lost:
            print("\n".join(["the plan loses data or interrupts users:", *(f"  {line}" for line in self.lost)]))

    def problems(self) -> list[str]:
        """Why the plan must not be applied."""
        gate = (
            []
            if self.passed
            else ["a policy fails or is unknown. Fix: correct the configuration, or add a waiver to the file"]
        )
        lost = [f"the plan loses data. Fix: undo the change, or add a waiver with rule {RULE}"] if self.lost else []
        return gate + lost


def evaluate(made: Synthesis, layer: str, plan: dict[str, Any]) -> Result:
    """Evaluate the plan of the stack of ``layer``, together with the configuration of the environment's stacks."""
    changes = [item for item in plan.get("resource_changes", ()) if item["mode"] == "managed"]
    counts = Counter(WORDS.get(tuple(item["change"]["actions"]), "to replace") for item in changes)
    total = ", ".join(f"{count} {word}" for word, count in sorted(counts.items())) or "no resources"
    lines = (*(f"  {line}" for line in summary(plan)), f"{made.environment.names.stack(layer)}: {total}")
    today = datetime.datetime.now(datetime.UTC).date()
    lost = tuple(losses(plan, waivers=made.environment.waivers, today=today))
    with step("evaluate the policies"), tempfile.TemporaryDirectory() as folder:
        stacks = [made.root(each) for each in LAYERS]
        try:
            gate = check(stacks, plan=(made.environment.names.stack(layer), plan), folder=Path(folder))
        except PolicyError as error:
            return Result(lines, str(error), passed=False, lost=lost)
    return Result(lines, gate, passed=True, lost=lost)
