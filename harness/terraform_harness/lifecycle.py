"""Runs stacks through their life in the emulator: plan, apply, verify, second plan, destroy."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import methodcaller
from pathlib import Path
from typing import Any

from terraform_harness.emulator import Emulator
from terraform_harness.emulator.inventory import inventory
from terraform_harness.emulator.seed import seed
from terraform_harness.emulator.support import unsupported
from terraform_harness.extras import imports_of_extra
from terraform_harness.terraform import workspace
from terraform_harness.terraform.changes import changes, described, managed, state_values
from terraform_harness.terraform.console import show_progress
from terraform_harness.terraform.run import Plan, Terraform, TerraformError
from terraform_harness.verification import unverified, verifiers_without, verify

with imports_of_extra("emulator"):
    from rich.console import Console


class LifecycleError(RuntimeError):
    """A step failed; the message names the step and the reason."""


__tracebackhide__ = methodcaller("errisinstance", (LifecycleError, TerraformError, workspace.WorkspaceError))


@dataclass(slots=True, kw_only=True)
class Lifecycle:
    """The steps, on copies of the root modules in ``source``.

    Args:
        source: Folder of the root modules, one folder for each; it is only read.
        folder: Where the copies go.
        emulator: The running emulator.
        console: Where progress is printed.
        before_apply: Called with a stack's name and its plan as JSON; raise LifecycleError to prevent the apply.
        planning: Environment variables of the role that plans (``Emulator.environment_of``); the emulator's
            administrator by default.
        applying: Environment variables of the role that applies and destroys.
    """

    source: Path
    folder: Path
    emulator: Emulator
    console: Console
    roots: dict[str, Terraform] = field(default_factory=dict)
    seeded: set[str] = field(default_factory=set)
    before_apply: Callable[[str, dict[str, Any]], None] = lambda _stack, _plan: None
    planning: Mapping[str, str] | None = None
    applying: Mapping[str, str] | None = None
    started: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        """Print ``text`` with the seconds since the start."""
        self.console.print(f"[dim]{time.monotonic() - self.started:5.0f} s[/]  {text}", highlight=False, soft_wrap=True)

    def prepare(self, stack: str, *, below: Mapping[str, str] | None = None) -> Terraform:
        """Copy and initialize a stack, and create what it expects in its account.

        Args:
            stack: The name of its folder.
            below: For each ``terraform_remote_state`` that has no S3 backend, the applied stack that it reads.

        Raises:
            WorkspaceError: ``stack`` is not a root module.
            TerraformError: ``terraform init`` failed.
        """
        folder = workspace.copy(self.source / stack, into=self.folder)
        missing = unsupported(workspace.read(folder))
        workspace.leave_out(folder, missing)
        for address, reason in missing.items():
            self.say(f"{stack}: not emulated: {address}: {reason}")
        states = {name: self.roots[other].folder / "terraform.tfstate" for name, other in (below or {}).items()}
        workspace.for_emulator(folder, states=states)
        self.seeded.update(seed(self.emulator, workspace.read(folder)))
        self.roots[stack] = Terraform(folder, environment=self.planning or self.emulator.environment)
        self.roots[stack].init(verify_once=True)
        return self.roots[stack]

    @contextmanager
    def _as_applying(self, stack: str) -> Iterator[Terraform]:
        """Yield the root of a stack, which acts as the role that applies until the block ends."""
        root = self.roots[stack]
        planning, root.environment = root.environment, dict(self.applying or root.environment)
        try:
            yield root
        finally:
            root.environment = planning

    def make(self, stack: str, *, below: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Plan a stack, and apply exactly that plan.

        Args:
            stack: The name of its folder.
            below: For each ``terraform_remote_state`` that has no S3 backend, the applied stack that it reads.

        Returns:
            The plan, as ``terraform show -json`` prints it.
        """
        root = self.prepare(stack, below=below)
        plan = root.plan()
        document = root.show(plan)
        self.say(f"[bold]{stack}[/]: planned, {len(changes(document))} resources to create")
        self.before_apply(stack, document)
        self.apply(stack, plan, document)
        return document

    def apply(self, stack: str, plan: Plan, document: dict[str, Any]) -> None:
        """Apply ``plan`` of a prepared stack; ``document`` is the plan as JSON."""
        with self._as_applying(stack) as root, show_progress(stack, console=self.console) as progress:
            progress.expect(len(changes(document)))
            root.progress = progress.update
            root.apply(plan)
        self.say(f"[bold]{stack}[/]: applied, {progress.done} resources")

    def check(self, stacks: Iterable[str], *, skip: Collection[str] = ()) -> int:
        """Verify through boto3 that applied stacks have the intended effect.

        Args:
            stacks: Names of applied stacks.
            skip: Resource types, or names of verifiers, that are not checked. The verifiers expect encryption, private
                databases, closed buckets and immutable image tags.

        Returns:
            The number of checks.

        Raises:
            LifecycleError: A check failed; the message lists all failures.
        """
        states = [state_values(self.roots[stack].pull()) for stack in stacks]
        checks = verify(states, aws=self.emulator, verifiers=verifiers_without(skip))
        failed = [str(check) for check in checks if not check.ok]
        if failed:
            lines = [f"verification: {len(failed)} of {len(checks)} checks fail:", *failed]
            raise LifecycleError("\n  ".join(lines) + "\nFix: change the stacks, or pass the resource types to `skip`")
        self.say(f"verified through boto3: {len(checks)} checks pass, {len(unverified(states))} types have no check")
        return len(checks)

    def second_plan_is_empty(self, stack: str) -> None:
        """Plan an applied stack again.

        Raises:
            LifecycleError: The plan has changes; the message lists each resource and attribute.
        """
        root = self.roots[stack]
        plan = root.plan(out="second.tfplan")
        if plan.changes:
            found = [described(change) for change in changes(root.show(plan))] or ["outputs only"]
            raise LifecycleError("\n  ".join([f"{stack}: the second plan is not empty:", *found]))
        self.say(f"[bold]{stack}[/]: second plan is empty")

    def update(
        self,
        stack: str,
        change: Callable[[dict[str, Any]], None],
        *,
        refresh: bool = True,
        before_apply: Callable[[str, dict[str, Any]], None] = lambda _stack, _plan: None,
    ) -> list[dict[str, Any]]:
        """Change the configuration of an applied stack, plan and apply it.

        Args:
            stack: The name of its folder.
            change: Changes the root module in Terraform JSON.
            refresh: False does not read the emulator again before the plan.
            before_apply: Called with the stack's name and the plan as JSON; raise LifecycleError to prevent the apply.

        Returns:
            The changes of managed resources in the plan.
        """
        file = self.roots[stack].folder / workspace.STACK_FILE
        document = json.loads(file.read_text(encoding="utf-8"))
        change(document)
        file.write_text(json.dumps(document), encoding="utf-8")
        workspace.leave_out(file.parent, unsupported(document))
        plan = self.roots[stack].plan(out="update.tfplan", refresh=refresh)
        shown = self.roots[stack].show(plan)
        before_apply(stack, shown)
        self.apply(stack, plan, shown)
        return changes(shown)

    def destroy(self, stack: str, *, refresh: bool = True) -> None:
        """Destroy an applied stack.

        Args:
            stack: The name of its folder.
            refresh: False does not read the emulator again before the plan.

        Raises:
            LifecycleError: Resources are left in the state.
        """
        with self._as_applying(stack) as root, show_progress(f"destroy {stack}", console=self.console) as progress:
            progress.expect(len(managed(root.pull())))
            root.progress = progress.update
            root.destroy(refresh=refresh)
        left = managed(self.roots[stack].pull())
        if left:
            raise LifecycleError(f"{stack}: still in the state after destroy: {', '.join(left)}")
        self.say(f"[bold]{stack}[/]: destroyed")

    def left(self, *, since: frozenset[str]) -> list[str]:
        """Return the resources in the account that neither the inventory ``since`` nor the seeded resources list."""
        found = inventory(self.emulator) - since
        return sorted(line for line in found if line.split(": ", 2)[2] not in self.seeded)
