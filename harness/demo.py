"""``make demo``: an environment made, verified and destroyed on the embedded emulator: no account, no containers."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console
from rich.table import Table

from harness import workspace
from harness.console import watch
from harness.emulator import Emulator, EmulatorError
from harness.emulator.furnish import furnish
from harness.emulator.inventory import inventory
from harness.terraform import Terraform, TerraformError
from harness.tools import ROOT, MissingTool
from harness.verify import unverified, verify

STACKS = ROOT / "cdktf.out" / "stacks"


class DemoError(RuntimeError):
    """A step did not come out as it should; the message says which and how."""


@dataclass(slots=True)
class Demo:
    """The steps, in order, over the stacks of one environment."""

    environment: str
    console: Console
    emulator: Emulator
    folder: Path
    roots: dict[str, Terraform] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        self.console.print(f"[dim]{time.monotonic() - self.started:5.0f} s[/]  {text}", highlight=False, soft_wrap=True)

    def prepare(self, stack: str) -> Terraform:
        """A copy of ``stack`` that is initialized for the emulator."""
        folder = workspace.copy(STACKS / stack, into=self.folder)
        workspace.for_emulator(folder)
        self.roots[stack] = Terraform(folder, environment=self.emulator.environment)
        self.roots[stack].init()
        return self.roots[stack]

    def make(self, stack: str) -> None:
        """Plan, save the plan, apply exactly that plan."""
        root = self.prepare(stack)
        plan = root.plan()
        changes = [one for one in root.show(plan)["resource_changes"] if one["change"]["actions"] != ["no-op"]]
        managed = [one for one in changes if one["mode"] == "managed"]
        self.say(f"[bold]{stack}[/]: planned, {len(managed)} resources to make")
        with watch(stack, console=self.console) as progress:
            progress.expect(len(managed))
            root.progress = progress.hear
            root.apply(plan)
        self.say(f"[bold]{stack}[/]: applied, {progress.done} resources")

    def unmake(self, stack: str) -> None:
        root = self.roots[stack]
        with watch(f"destroy {stack}", console=self.console) as progress:
            progress.expect(len(root.pull().get("resources", ())))
            root.progress = progress.hear
            root.destroy()
        self.say(f"[bold]{stack}[/]: destroyed")

    def check(self, stacks: Iterable[str]) -> None:
        """Ask AWS for the consequences.

        Raises DemoError with every claim that does not hold.
        """
        states = [self.roots[stack].show() for stack in stacks]
        checks = verify(states, aws=self.emulator)
        broken = [str(one) for one in checks if not one.ok]
        if broken:
            raise DemoError("verification: " + "\n  ".join([f"{len(broken)} of {len(checks)} claims fail", *broken]))
        self.say(f"verified through boto3: {len(checks)} claims hold; not asked about: {', '.join(unverified(states))}")

    def second_plan_is_empty(self, stacks: Iterable[str]) -> None:
        for stack in stacks:
            root = self.roots[stack]
            plan = root.plan(out="second.tfplan")
            if plan.changes:
                raise DemoError(f"{stack}: the second plan is not empty:\n  " + "\n  ".join(_changes(root.show(plan))))
            self.say(f"[bold]{stack}[/]: second plan is empty")

    def summary(self, stacks: Iterable[str]) -> None:
        table = Table("stack", "output", "value", title=f"{self.environment}, as it stands in the emulator")
        for stack in stacks:
            resources = len(self.roots[stack].pull().get("resources", ()))
            table.add_row(f"{stack} ({resources} addresses)", "", "", style="bold")
            for name, value in sorted(self.roots[stack].outputs().items()):
                if not name.startswith("use_"):
                    table.add_row("", name, str(value))
        self.console.print(table)


def _changes(plan: dict[str, Any]) -> list[str]:
    found = [one for one in plan.get("resource_changes", ()) if one["change"]["actions"] != ["no-op"]]
    return [f"{one['address']}: {'/'.join(one['change']['actions'])} {_differing(one['change'])}" for one in found]


def _differing(change: dict[str, Any]) -> str:
    before, after = change.get("before") or {}, change.get("after") or {}
    return ", ".join(sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key)))


def run(environment: str, *, console: Console) -> None:
    """The whole demo for ``environment``.

    Raises DemoError, TerraformError, EmulatorError or MissingTool; whatever happens, the emulator ends with it.
    """
    subprocess.run([sys.executable, "main.py"], cwd=ROOT, check=True)
    foundation, airflow = f"{environment}-foundation", f"{environment}-airflow"
    configurations = [workspace.read(STACKS / stack) for stack in (foundation, airflow)]
    account = _account(configurations[0])
    bootstrap = f"bootstrap-{account}"
    with Emulator(account_id=account) as emulator, tempfile.TemporaryDirectory(prefix="airflow-fargate-") as folder:
        demo = Demo(environment=environment, console=console, emulator=emulator, folder=Path(folder))
        demo.say(f"emulator of account {account} on {emulator.url} (process {emulator.pid})")
        furnish(emulator, *configurations)
        demo.make(bootstrap)
        before = inventory(emulator)
        stacks = (foundation, airflow)
        for stack in stacks:
            demo.make(stack)
        demo.check((bootstrap, *stacks))
        demo.second_plan_is_empty(stacks)
        demo.summary(stacks)
        for stack in reversed(stacks):
            demo.unmake(stack)
        _nothing_left(inventory(emulator) - before)
        demo.say("nothing is left in the emulator")


def _account(configuration: dict[str, Any]) -> str:
    provider = configuration["provider"]["aws"][0]
    return str(provider["allowed_account_ids"][0])


def _nothing_left(left: Iterable[str]) -> None:
    found = sorted(left)
    if found:
        raise DemoError("left in the emulator after destroy:\n  " + "\n  ".join(found))


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(environment: str = "dev") -> int:
    """Exit code: 0, 1 when a step failed, 2 when something is missing, 130 after Ctrl-C."""
    signal.signal(signal.SIGTERM, _interrupt)
    console = Console(stderr=False)
    try:
        run(environment, console=console)
    except KeyboardInterrupt as stop:
        console.print(
            f"\n{stop or 'interrupted'}\nThe emulator has ended, and all that was made in it.", style="yellow"
        )
        return 130
    except (MissingTool, workspace.WorkspaceError) as error:
        console.print(str(error), style="red", highlight=False, soft_wrap=True)
        return 2
    except (DemoError, TerraformError, EmulatorError, subprocess.CalledProcessError) as error:
        console.print(str(error), style="red", highlight=False, markup=False)
        return 1
    console.print(
        "[green]demo: everything held.[/] Next: make test, or edit environments/dev.yaml and run make demo again"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
