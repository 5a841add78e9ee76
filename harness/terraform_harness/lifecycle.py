"""A stack's whole life in the emulator: planned, applied, verified, planned again, destroyed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from terraform_harness.emulator import Emulator
from terraform_harness.emulator.inventory import inventory
from terraform_harness.emulator.seed import furnish
from terraform_harness.emulator.support import unsupported
from terraform_harness.terraform import workspace
from terraform_harness.terraform.console import watch
from terraform_harness.terraform.run import Plan, Terraform
from terraform_harness.verification import unverified, verify


class LifecycleError(RuntimeError):
    """A step did not come out as it should; the message says which and how."""


@dataclass(slots=True, kw_only=True)
class Lifecycle:
    """The steps over copies of the stacks in ``source``, which hold ``<stack>/cdk.tf.json``.

    Args:
        source: folder of synthesized stacks; it is only read.
        folder: where the copies go.
        before_apply: sees a stack's name and its plan as JSON, and raises LifecycleError when it must not be applied.
    """

    source: Path
    folder: Path
    emulator: Emulator
    console: Console
    roots: dict[str, Terraform] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    before_apply: Callable[[str, dict[str, Any]], None] = lambda _stack, _plan: None
    started: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        self.console.print(f"[dim]{time.monotonic() - self.started:5.0f} s[/]  {text}", highlight=False, soft_wrap=True)

    def prepare(self, stack: str) -> Terraform:
        """A copy of ``stack``, initialized, with what it names in its account put into the emulator."""
        folder = workspace.copy(self.source / stack, into=self.folder)
        missing = unsupported(workspace.read(folder))
        workspace.leave_out(folder, missing)
        for address, reason in missing.items():
            self.say(f"{stack}: not judged: {address}: {reason}")
        workspace.for_emulator(folder)
        self.given.update(furnish(self.emulator, workspace.read(folder)))
        self.roots[stack] = Terraform(folder, environment=self.emulator.environment)
        self.roots[stack].init()
        return self.roots[stack]

    def make(self, stack: str) -> dict[str, Any]:
        """Plan, save the plan, apply exactly that plan; returns the plan as JSON."""
        root = self.prepare(stack)
        plan = root.plan()
        document = root.show(plan)
        self.say(f"[bold]{stack}[/]: planned, {len(changes(document))} resources to make")
        self.before_apply(stack, document)
        self.apply(stack, plan, document)
        return document

    def apply(self, stack: str, plan: Plan, document: dict[str, Any]) -> None:
        root = self.roots[stack]
        with watch(stack, console=self.console) as progress:
            progress.expect(len(changes(document)))
            root.progress = progress.hear
            root.apply(plan)
        self.say(f"[bold]{stack}[/]: applied, {progress.done} resources")

    def check(self, stacks: Iterable[str]) -> int:
        """Ask AWS for the consequences; returns how many claims hold.

        Raises LifecycleError with every claim that does not.
        """
        states = [self.roots[stack].show() for stack in stacks]
        checks = verify(states, aws=self.emulator)
        broken = [str(one) for one in checks if not one.ok]
        if broken:
            raise LifecycleError("\n  ".join([f"verification: {len(broken)} of {len(checks)} claims fail:", *broken]))
        self.say(
            f"verified through boto3: {len(checks)} claims hold, {len(unverified(states))} types are not asked about"
        )
        return len(checks)

    def second_plan_is_empty(self, stack: str) -> None:
        """Raises LifecycleError that names each resource and attribute that would change."""
        root = self.roots[stack]
        plan = root.plan(out="second.tfplan")
        if plan.changes:
            found = [_describe(one) for one in changes(root.show(plan))] or ["outputs only"]
            raise LifecycleError("\n  ".join([f"{stack}: the second plan is not empty:", *found]))
        self.say(f"[bold]{stack}[/]: second plan is empty")

    def unmake(self, stack: str) -> None:
        root = self.roots[stack]
        with watch(f"destroy {stack}", console=self.console) as progress:
            progress.expect(len(managed(root.show())))
            root.progress = progress.hear
            root.destroy()
        left = managed(root.show())
        if left:
            raise LifecycleError(f"{stack}: still in the state after destroy: {', '.join(left)}")
        self.say(f"[bold]{stack}[/]: destroyed")

    def left(self, *, since: frozenset[str]) -> list[str]:
        """What is in the account and was not in the inventory ``since``, but for what was put there for the stacks."""
        found = inventory(self.emulator) - since
        return sorted(one for one in found if not any(one.endswith(name) for name in self.given))


def changes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """The managed resources that ``plan`` would change."""
    found = plan.get("resource_changes", ())
    return [one for one in found if one["mode"] == "managed" and one["change"]["actions"] != ["no-op"]]


def managed(state: dict[str, Any]) -> list[str]:
    """Addresses of the managed resources in a state."""
    resources = ((state.get("values") or {}).get("root_module") or {}).get("resources", ())
    return [one["address"] for one in resources if one["mode"] == "managed"]


def _describe(resource: dict[str, Any]) -> str:
    change = resource["change"]
    before, after = change.get("before") or {}, change.get("after") or {}
    differing = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    shown = ", ".join(f"{key}: {before.get(key)!r} -> {after.get(key)!r}" for key in differing)
    return f"{resource['address']}: {'/'.join(change['actions'])} {shown}"
