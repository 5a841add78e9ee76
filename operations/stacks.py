"""The Terraform stacks of an environment: synthesized, planned, guarded, applied exactly as planned."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from terraform_harness.terraform.diagnostics import Message
from terraform_harness.terraform.run import Plan, Terraform, TerraformError

from operations.account import Account
from operations.errors import Failed, Refused
from operations.plan_guard import RULE, losses
from operations.progress import CONSOLE, say, step

ROOT = Path(__file__).resolve().parent.parent
STACKS = ROOT / "cdktf.out" / "stacks"
"""Where synthesis puts a folder for each stack."""
Confirm = Callable[[str], bool]
SHOWN_CHANGES = 40


def synthesize() -> None:
    """Write the Terraform JSON of every environment. Raises Refused when an environment file is wrong."""
    with step("synthesize"):
        done = subprocess.run([sys.executable, "main.py"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(done.stderr.strip() or "main.py failed without a word")


class Stack:
    """One Terraform root of an environment, in ``folder`` (``cdktf.out/stacks/<stack>``)."""

    def __init__(self, account: Account, layer: str, *, folder: Path | None = None) -> None:
        self.account, self.name = account, account.names.stack(layer)
        self.folder = folder or STACKS / self.name
        self._status = ""
        self._terraform = Terraform(self.folder, progress=self._hear)

    def bring_up(self, *, confirm: Confirm, part: Sequence[str] = ()) -> None:
        """Plan, refuse what loses data, ask, apply.

        ``part`` names constructs of the stack: only their resources, and what these need, are brought up.
        """
        plan = self._planned(part=part)
        if not plan.changes:
            say(f"{self.name}: nothing to change")
            return
        self._apply(plan, confirm=confirm, question=f"Apply this to {self.name}?")

    def tear_down(self, *, confirm: Confirm) -> None:
        """Plan the destruction, ask, destroy. The guard is not asked: destroying is what was wanted."""
        with self._at_work("plan the destruction"):
            self._terraform.init()
            plan = self._terraform.plan(destroy=True)
        if plan.changes:
            self._apply(plan, confirm=confirm, question=f"Destroy {self.name}?", guarded=False)

    def outputs(self) -> dict[str, Any]:
        """Outputs by name."""
        return self._terraform.outputs()

    def _planned(self, *, part: Sequence[str]) -> Plan:
        flags = " ".join(f"-target={address}" for address in addresses_of(self.folder, part)) if part else ""
        terraform = Terraform(self.folder, progress=self._hear, environment={"TF_CLI_ARGS_plan": flags})
        with self._at_work(f"plan {' and '.join(part)}" if part else "plan"):
            terraform.init()
            return terraform.plan()

    def _apply(self, plan: Plan, *, confirm: Confirm, question: str, guarded: bool = True) -> None:
        shown = self._terraform.show(plan)
        for line in summary(shown):
            say(f"  {line}")
        if guarded:
            self._guard(shown)
        if not confirm(question):
            raise Refused(f"{self.name}: nothing was applied")
        with self._at_work("apply"):
            self._terraform.apply(plan)

    def _guard(self, shown: dict[str, Any]) -> None:
        today = datetime.datetime.now(datetime.UTC).date()
        lost = losses(shown, waivers=self.account.environment.waivers, today=today)
        if lost:
            file = f"environments/{self.account.environment.name}.yaml"
            raise Refused(
                "\n".join([f"{self.name}: the plan loses data, nothing was applied:", *(f"  {line}" for line in lost)])
                + f"\nFix: undo the change, or add a waiver with rule {RULE} and the address to {file}"
            )

    @contextmanager
    def _at_work(self, what: str) -> Iterator[None]:
        try:
            with step(f"{self.name}: {what}"):
                yield
        except TerraformError as error:
            raise Failed(f"{error}\nNext: mend it and run the same command again, it goes on from there") from None

    def _hear(self, message: Message) -> None:
        if message.kind in {"apply_complete", "apply_errored"}:
            CONSOLE.print(f"  {message.text}", markup=False)


def addresses_of(folder: Path, constructs: Sequence[str]) -> list[str]:
    """Addresses of the resources of ``constructs``, and of other groups' rules that name one of them."""
    resources = json.loads((folder / "cdk.tf.json").read_text("utf-8")).get("resource", {})
    by_address = {f"{kind}.{name}": body for kind, named in resources.items() for name, body in named.items()}
    own = {address for address, body in by_address.items() if _construct(body) in constructs}
    if not own:
        raise Refused(f"{folder.name} has no construct {' or '.join(constructs)}. Fix: python main.py")
    return sorted(own | {address for address, body in by_address.items() if _is_rule(address) and _names(body, own)})


def _construct(body: dict[str, Any]) -> str:
    """The construct that a resource belongs to: the second step of its path, after the stack."""
    steps = str(body.get("//", {}).get("metadata", {}).get("path", "")).split("/")
    return steps[1] if len(steps) > 1 else ""


def _is_rule(address: str) -> bool:
    return address.startswith("aws_vpc_security_group_")


def _names(body: dict[str, Any], addresses: set[str]) -> bool:
    text = json.dumps(body)
    return any(f"${{{address}." in text for address in addresses)


def summary(plan: dict[str, Any]) -> Iterator[str]:
    """``create aws_vpc.network`` and so on, what is destroyed first; at most ``SHOWN_CHANGES`` lines, then a count."""
    words = {("create",): "create", ("update",): "change", ("delete",): "DESTROY"}
    order = ["DESTROY", "REPLACE", "change", "create"]
    found = [
        (words.get(tuple(change["change"]["actions"]), "REPLACE"), change["address"])
        for change in plan.get("resource_changes", ())
        if change["mode"] == "managed" and change["change"]["actions"] not in (["no-op"], ["read"])
    ]
    found.sort(key=lambda item: (order.index(item[0]), item[1]))
    yield from (f"{verb} {address}" for verb, address in found[:SHOWN_CHANGES])
    if len(found) > SHOWN_CHANGES:
        yield f"... and {len(found) - SHOWN_CHANGES} more"
