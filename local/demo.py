"""``make demo``: creates, verifies, changes and destroys an environment on the embedded AWS emulator."""

from __future__ import annotations

import argparse
import json
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
from terraform_harness.lifecycle import Lifecycle, LifecycleError
from terraform_harness.policy_gate import PolicyError, check
from terraform_harness.terraform import workspace
from terraform_harness.terraform.changes import managed
from terraform_harness.terraform.run import TerraformError
from terraform_harness.tools import MissingTool, locate

from environments import load
from environments.facts.quotas import account_limits
from environments.facts.stacks import bootstrap_stack, stack_names
from environments.load import HOME
from local import ci_session, given_secrets, kept_revisions
from local.background_report import background_report
from local.repository import ROOT
from local.typical_changes import make_changes, remove_protection

STACKS = ROOT / "cdktf.out" / "stacks"


def run(environment: str, *, console: Console, record: Path | None = None, enforced: bool = True) -> None:
    """Run the demo for ``environment``; the emulator ends with this call.

    Args:
        environment: name of the environment.
        console: where progress is printed.
        record: file for the IAM decisions, which ``python -m local.permissions`` reads.
        enforced: False accepts every request, to measure what validation and IAM cost (``python -m bench demo``).

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
    with (
        background_report(environment) as written,
        _emulator(account, enforced=enforced) as emulator,
        tempfile.TemporaryDirectory(prefix="airflow-fargate-") as folder,
    ):
        life = Lifecycle(source=STACKS, folder=Path(folder), emulator=emulator, console=console)
        life.say("policies, on the JSON of every environment: " + check([STACKS], folder=Path(folder)))
        life.before_apply = partial(_judge_plan, life, stacks)
        life.say(f"emulator of account {account} on {emulator.url} (process {emulator.pid})")
        bootstrap = bootstrap_stack(account)
        life.make(bootstrap)
        before = inventory(emulator)
        if enforced:
            act_as_ci(life, bootstrap)
        life.make(stacks[0])
        declared = load(HOME / f"{environment}.yaml")
        given = given_secrets.put(emulator, declared)
        for stack in stacks[1:]:
            life.make(stack)
        life.check((bootstrap, *stacks))
        for stack in stacks:
            life.second_plan_is_empty(stack)
        changed = life.update(stacks[-1], keep_logs_longer)
        life.say(f"[bold]{stacks[-1]}[/]: updated, {len(changed)} resources")
        console.print(summary(life, environment, stacks), soft_wrap=True)
        remove_protection(life, environment, stacks, make_changes(life, environment, stacks))
        for stack in reversed(stacks):
            life.destroy(stack)
        given_secrets.remove(emulator, given)
        if kept := kept_revisions.deregister(emulator, declared):
            life.say(f"deregistered {kept} task definitions of former deployments, which production keeps")
        nothing_left(life.left(since=before))
        life.say("nothing is left in the emulator")
        if enforced:
            _report(life, record)
        life.say(written())


def _emulator(account: str, *, enforced: bool) -> Emulator:
    if not enforced:
        return Emulator(account_id=account, validate=False)
    return Emulator(account_id=account, iam="enforce", quotas=account_limits())


def _report(life: Lifecycle, record: Path | None) -> None:
    """Print the counts of requests and decisions, and each denial; write the decisions to a file where given."""
    decisions = life.emulator.decisions
    life.say(f"AWS models, rules and quotas: {life.emulator.validation}")
    life.say("\n".join([f"IAM: {decisions}", *decisions.denials()]))
    if record:
        record.write_text(json.dumps(decisions.document(), indent=1), encoding="utf-8")


def _judge_plan(life: Lifecycle, stacks: tuple[str, ...], stack: str, plan: dict[str, Any]) -> None:
    """Evaluate the policies on the plan, whose values are known; a violation stops the demo before the apply."""
    # The stacks of the environment show which bucket holds their states.
    folders = [life.source / name for name in dict.fromkeys((*stacks, stack))]
    life.say(f"[bold]{stack}[/]: policies, on its plan: " + check(folders, plan=(stack, plan), folder=life.folder))


def act_as_ci(life: Lifecycle, bootstrap: str) -> None:
    """Plan as the plan role and apply as the deploy role from here on, if the account has CI roles.

    Raises:
        LifecycleError: the plan role can change something.
    """
    outputs = life.roots[bootstrap].outputs()
    if "deploy_role_arn" not in outputs:
        life.say("acting as an administrator: iam.oidc is not set, so the account has no CI roles")
        return
    roles = {kind: str(outputs[f"{kind}_role_arn"]) for kind in ("plan", "deploy")}
    plan, deploy = (ci_session.of(life.emulator, role) for role in roles.values())
    life.planning, life.applying = plan, deploy
    life.say(f"acting as the CI roles: plan as {roles['plan']}, apply and destroy as {roles['deploy']}")
    life.say(f"the plan role can change nothing: {ci_session.rejected_change(life.emulator, plan)}")


def keep_logs_longer(configuration: dict[str, Any]) -> None:
    """Double the retention of every log group: a change that updates in place."""
    for group in configuration["resource"]["aws_cloudwatch_log_group"].values():
        group["retention_in_days"] = 2 * int(group["retention_in_days"])


def account_of(configuration: dict[str, Any]) -> str:
    """The account id in the provider's ``allowed_account_ids``."""
    return str(workspace.provider_of(configuration)["allowed_account_ids"][0])


def summary(life: Lifecycle, environment: str, stacks: Iterable[str]) -> Table:
    """A table of each stack's resource count and outputs, without the outputs that another stack reads."""
    table = Table("stack", "resources", "output", "value", title=f"{environment} in the emulator")
    for stack in stacks:
        table.add_row(stack, str(len(managed(life.roots[stack].pull()))), "", "")
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


def main(environment: str = "dev", record: Path | None = None, *, enforced: bool = True) -> int:
    """Run the demo.

    Args:
        environment: name of the environment.
        record: file for the IAM decisions.
        enforced: False accepts every request.

    Returns:
        0, 1 when a step failed, 2 when a tool is missing, 130 after Ctrl-C.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    console = Console()
    try:
        run(environment, console=console, record=record, enforced=enforced)
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
    console.print(
        f"demo: everything passed. Next: open the report, or change environments/{environment}.yaml and run "
        f"make demo ENV={environment} again"
    )
    return 0


def complain(console: Console, text: str) -> None:
    console.print(text, style="red", highlight=False, markup=False, soft_wrap=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    parser.add_argument("environment", nargs="?", default="dev", help="name of an environment (default: dev)")
    parser.add_argument(
        "--record", type=Path, help="write the IAM decisions to this file, which local.permissions reads"
    )
    parser.add_argument(
        "--not-enforced",
        action="store_true",
        help="do not check IAM permissions or validate requests; bench demo compares the times",
    )
    given = parser.parse_args()
    sys.exit(main(given.environment, given.record, enforced=not given.not_enforced))
