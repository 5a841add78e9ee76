"""``make demo``: creates, verifies, changes and destroys an environment on the embedded AWS emulator."""

from __future__ import annotations

import argparse
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
from local.typical_changes import make_changes

STACKS = ROOT / "cdktf.out" / "stacks"


def run(environment: str, *, console: Console) -> None:
    """Run the demo for ``environment``; the emulator ends with this call.

    Raises:
        LifecycleError: a step failed.
        TerraformError: Terraform failed.
        EmulatorError: the emulator failed.
        MissingTool: Terraform is not installed.
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
        make_changes(life, environment, stacks)
        for stack in reversed(stacks):
            life.destroy(stack)
        nothing_left(life.left(since=before))
        life.say("nothing is left in the emulator")
        life.say(f"AWS models, rules and quotas: {emulator.validation}")


def _judge_plan(life: Lifecycle, stacks: tuple[str, ...], stack: str, plan: dict[str, Any]) -> None:
    """Evaluate the policies on the plan, whose values are known; a violation stops the demo before the apply."""
    folders = [life.source / name for name in (stacks if stack in stacks else (stack,))]
    life.say(f"[bold]{stack}[/]: policies, on its plan: " + check(folders, plan=(stack, plan), folder=life.folder))


def account_of(configuration: dict[str, Any]) -> str:
    """The account id in the provider's ``allowed_account_ids``."""
    provider = configuration["provider"]["aws"][0]
    return str(provider["allowed_account_ids"][0])


def summary(life: Lifecycle, environment: str, stacks: Iterable[str]) -> Table:
    """A table of each stack's resource count and outputs, without the outputs that another stack reads."""
    table = Table("stack", "resources", "output", "value", title=f"{environment} in the emulator")
    for stack in stacks:
        table.add_row(stack, str(len(managed(life.roots[stack].show()))), "", "")
        for name, value in sorted(life.roots[stack].outputs().items()):
            if not name.startswith("use_"):
                table.add_row("", "", name, str(value))
    return table


def nothing_left(left: Iterable[str]) -> None:
    """Raise LifecycleError that names every resource in ``left``."""
    if left:
        raise LifecycleError("\n  ".join(["still in the emulator after destroy:", *left]))


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(environment: str = "dev") -> int:
    """Run the demo.

    Returns:
        0, 1 when a step failed, 2 when a tool is missing, 130 after Ctrl-C.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    console = Console()
    try:
        run(environment, console=console)
    except KeyboardInterrupt as stop:
        complain(console, f"\n{stop or 'interrupted'}\nThe emulator and everything in it are gone.")
        return 130
    except (MissingTool, workspace.WorkspaceError) as error:
        complain(console, str(error))
        return 2
    except (LifecycleError, PolicyError, TerraformError, EmulatorError) as error:
        complain(console, str(error))
        return 1
    except subprocess.CalledProcessError as error:
        return error.returncode
    console.print("demo: everything passed. Next: make test, or change environments/dev.yaml and run make demo again")
    return 0


def complain(console: Console, text: str) -> None:
    console.print(text, style="red", highlight=False, markup=False, soft_wrap=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    parser.add_argument("environment", nargs="?", default="dev", help="name of an environment (default: dev)")
    sys.exit(main(parser.parse_args().environment))
