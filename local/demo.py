"""``make demo``: an environment made, verified and destroyed on the embedded emulator: no account, no containers."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console
from rich.table import Table
from terraform_harness.emulator import Emulator, EmulatorError
from terraform_harness.emulator.inventory import inventory
from terraform_harness.lifecycle import Lifecycle, LifecycleError, managed
from terraform_harness.policy_gate import PolicyError, check
from terraform_harness.terraform import workspace
from terraform_harness.terraform.run import TerraformError
from terraform_harness.tools import MissingTool, locate

from environments.facts.stacks import bootstrap_stack, stack_names
from local.repository import ROOT

STACKS = ROOT / "cdktf.out" / "stacks"


def run(environment: str, *, console: Console) -> None:
    """The whole demo for ``environment``.

    Raises LifecycleError, TerraformError, EmulatorError or MissingTool; whatever happens, the emulator ends with it.
    """
    locate("terraform")
    subprocess.run([sys.executable, "main.py"], cwd=ROOT, check=True)
    stacks = stack_names(environment)
    account = account_of(workspace.read(STACKS / stacks[0]))
    with Emulator(account_id=account) as emulator, tempfile.TemporaryDirectory(prefix="airflow-fargate-") as folder:
        life = Lifecycle(source=STACKS, folder=Path(folder), emulator=emulator, console=console)
        life.say("policies, on the JSON of every environment: " + check([STACKS], folder=Path(folder)))
        life.before_apply = partial(_judge_plan, life, stacks)
        life.say(f"emulator of account {account} on {emulator.url} (process {emulator.pid})")
        bootstrap = bootstrap_stack(account)
        life.make(bootstrap)
        before = inventory(emulator)
        for stack in stacks:
            life.make(stack)
        life.check((bootstrap, *stacks))
        for stack in stacks:
            life.second_plan_is_empty(stack)
        console.print(summary(life, environment, stacks), soft_wrap=True)
        for stack in reversed(stacks):
            life.destroy(stack)
        nothing_left(life.left(since=before))
        life.say("nothing is left in the emulator")


def _judge_plan(life: Lifecycle, stacks: tuple[str, ...], stack: str, plan: dict[str, Any]) -> None:
    """The policies once more, now that values are known: what they refuse is not applied."""
    together = [life.source / one for one in (stacks if stack in stacks else (stack,))]
    life.say(f"[bold]{stack}[/]: policies, on its plan: " + check(together, plan=(stack, plan), folder=life.folder))


def account_of(configuration: dict[str, Any]) -> str:
    """The account that a stack's provider is allowed to work in."""
    provider = configuration["provider"]["aws"][0]
    return str(provider["allowed_account_ids"][0])


def summary(life: Lifecycle, environment: str, stacks: Iterable[str]) -> Table:
    """What was made and what it gives out, but for the outputs that one stack publishes for the next."""
    table = Table("stack", "resources", "output", "value", title=f"{environment}, as it stands in the emulator")
    for stack in stacks:
        table.add_row(stack, str(len(managed(life.roots[stack].show()))), "", "")
        for name, value in sorted(life.roots[stack].outputs().items()):
            if not name.startswith("use_"):
                table.add_row("", "", name, str(value))
    return table


def nothing_left(left: Iterable[str]) -> None:
    """Raises LifecycleError that names each leftover."""
    if left:
        raise LifecycleError("\n  ".join(["left in the emulator after destroy:", *left]))


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(environment: str = "dev") -> int:
    """Exit code: 0, 1 when a step failed, 2 when something is missing, 130 after Ctrl-C."""
    signal.signal(signal.SIGTERM, _interrupt)
    console = Console()
    try:
        run(environment, console=console)
    except KeyboardInterrupt as stop:
        complain(console, f"\n{stop or 'interrupted'}\nThe emulator has ended, and all that was made in it.")
        return 130
    except (MissingTool, workspace.WorkspaceError) as error:
        complain(console, str(error))
        return 2
    except (LifecycleError, PolicyError, TerraformError, EmulatorError) as error:
        complain(console, str(error))
        return 1
    except subprocess.CalledProcessError as error:
        return error.returncode
    console.print("demo: everything held. Next: make test, or change environments/dev.yaml and run make demo again")
    return 0


def complain(console: Console, text: str) -> None:
    console.print(text, style="red", highlight=False, markup=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
