"""The Terraform stacks of an environment: plan, check the plan, apply exactly that plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from terraform_harness.terraform.changes import state_values
from terraform_harness.terraform.diagnostics import Message
from terraform_harness.terraform.run import Plan, Terraform, TerraformError

from environments.facts.stacks import FOUNDATION
from operations import acceptance
from operations.account import Account
from operations.errors import OperationError, PreconditionError
from operations.foundation_outputs import OUTPUTS_FILE, outputs_after, reading
from operations.plan_guard import protected_and_tainted
from operations.plan_summary import removals, summary
from operations.progress import CONSOLE, say, step
from operations.reviewed import Reviewed
from operations.stack_addresses import addresses_of, all_addresses

ROOT = Path(__file__).resolve().parent.parent
STACKS = ROOT / "cdktf.out" / "stacks"
"""Where synthesis puts a folder for each stack."""
Confirm = Callable[[str], bool]


class Stack:
    """One Terraform root of an environment, in ``folder`` (``cdktf.out/stacks/<stack>``).

    With ``reviewed``, only changes of this plan are applied.
    """

    def __init__(
        self, account: Account, layer: str, *, folder: Path | None = None, reviewed: Reviewed | None = None
    ) -> None:
        self.account, self.name, self._reviewed = account, account.names.stack(layer), reviewed
        self.folder = folder or STACKS / self.name
        self.layer = layer
        (self.folder / OUTPUTS_FILE).unlink(missing_ok=True)  # of a `plan` that was killed
        self.terraform = Terraform(self.folder, progress=self._show)
        self._last_shown: tuple[Plan, dict[str, Any]] | None = None
        self._initialized = False

    def bring_up(
        self,
        *,
        confirm: Confirm,
        part: Sequence[str] = (),
        in_use: bool = True,
        keep_removed: bool = False,
        before_apply: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> list[str]:
        """Plan, check the plan, ask, apply.

        Args:
            confirm: asks the user a question.
            part: constructs of the stack; only their resources, and those that they depend on, are applied.
            in_use: False until the first deployment is complete: data stores whose creation was interrupted are empty
                and may be replaced.
            keep_removed: leave resources that the stack no longer has, because another stack still uses them.
            before_apply: called with the accepted plan as JSON before it is applied; raises to prevent that.

        Returns:
            Addresses of the resources that ``keep_removed`` left.

        Raises:
            PreconditionError: the plan loses data, or the user says no; nothing was applied.
            OperationError: Terraform failed.
        """
        plan = self._planned(self._targets(part))
        if plan.changes and not in_use and self._untaint(plan):
            plan = self._planned(self._targets(part))
        left: list[str] = []
        if plan.changes and keep_removed:
            plan, left = self._without_removals(plan, in_use=in_use)
        if not plan.changes:
            say(f"{self.name}: nothing to change{' yet' if left else ''}")
            return left
        question = f"Apply this to {self.name}?"
        self._apply(plan, confirm=confirm, question=question, in_use=in_use, before_apply=before_apply)
        return left

    def _without_removals(self, plan: Plan, *, in_use: bool) -> tuple[Plan, list[str]]:
        """A plan of everything but the removals in ``plan``, and the addresses of these; the guard checks both."""
        shown = self._shown(plan)
        removed = removals(shown)
        if not removed:
            return plan, []
        acceptance.require_no_loss(self.account, self.name, shown, in_use=in_use)
        say(f"{self.name}: {len(removed)} resources are removed after the other stacks stop using them:")
        for address in removed:
            say(f"  remove later {address}")
        return self._planned(all_addresses(self.folder)), removed

    def review(self, *, outputs: Mapping[str, Any] | None = None, in_use: bool = False) -> dict[str, Any]:
        """The plan as JSON; nothing is applied.

        Args:
            outputs: outputs of the foundation to plan with, instead of those in its state.
            in_use: whether the environment was deployed before, so that its state cannot be empty.
        """
        with reading(self.folder, outputs):
            shown = self._shown(self._planned([]))
        self._require_state(shown, in_use=in_use)
        return shown

    def check(self) -> None:
        """Plan the whole stack and apply nothing. Raises PreconditionError when the plan loses data."""
        acceptance.require_no_loss(self.account, self.name, self.review(in_use=True), in_use=True)

    def outputs_after(self, shown: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs of the stack after the plan ``shown``; made-up ids for resources that do not exist yet."""
        return outputs_after(self.folder, shown)

    def _require_state(self, shown: Mapping[str, Any], *, in_use: bool) -> None:
        if in_use and self.layer == FOUNDATION:
            acceptance.require_state(self.account, self.name, shown)

    def tear_down(self, *, confirm: Confirm) -> None:
        """Plan the destruction, ask, destroy. The plan guard does not apply: data is meant to be destroyed."""
        with self._at_work("plan the destruction"):
            self._initialize()
            plan = self.terraform.plan(destroy=True)
        if plan.changes:
            self._apply(plan, confirm=confirm, question=f"Destroy {self.name}?", guarded=False)

    def outputs(self) -> dict[str, Any]:
        """Outputs by name."""
        return self.terraform.outputs()

    def task_definitions(self) -> dict[str, str]:
        """ARN of the task definition of every ECS service in the state, by the service's name."""
        services = [
            resource["values"]
            for resource in state_values(self.terraform.pull())["values"]["root_module"]["resources"]
            if resource["type"] == "aws_ecs_service"
        ]
        return {service["name"]: service["task_definition"] for service in services}

    def _shown(self, plan: Plan) -> dict[str, Any]:
        """The plan as JSON. Terraform prints each plan once, because this takes a second or two."""
        if self._last_shown is None or self._last_shown[0] is not plan:
            self._last_shown = plan, self.terraform.show(plan)
        return self._last_shown[1]

    def _targets(self, part: Sequence[str]) -> list[str]:
        return addresses_of(self.folder, part) if part else []

    def _planned(self, targets: Sequence[str]) -> Plan:
        flags = " ".join(f"-target={address}" for address in targets)
        terraform = Terraform(self.folder, progress=self._show, environment={"TF_CLI_ARGS_plan": flags})
        with self._at_work(f"plan {len(targets)} resources" if targets else "plan"):
            self._initialize()
            return terraform.plan()

    def _initialize(self) -> None:
        """Run ``terraform init`` before the first plan; the files do not change between the plans of a command."""
        if not self._initialized:
            self.terraform.init()
            self._initialized = True

    def _apply(
        self,
        plan: Plan,
        *,
        confirm: Confirm,
        question: str,
        guarded: bool = True,
        in_use: bool = True,
        before_apply: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        shown = self._shown(plan)
        for line in summary(shown):
            say(f"  {line}")
        if guarded:
            self._require_state(shown, in_use=in_use)
            acceptance.require_no_loss(self.account, self.name, shown, in_use=in_use)
            acceptance.require_reviewed(self.account, self.name, shown, self._reviewed)
        if not confirm(question):
            raise PreconditionError(f"{self.name}: nothing was applied")
        if before_apply:
            before_apply(shown)
        self.account.changed = True
        with self._at_work("apply"):
            self.terraform.apply(plan)

    def _untaint(self, plan: Plan) -> bool:
        """Keep the tainted data stores that AWS does not delete; their settings are compared by the next plan."""
        addresses = protected_and_tainted(self._shown(plan))
        for address in addresses:
            say(f"{self.name}: {address} has deletion protection and is kept, although its creation was interrupted")
            with self._at_work(f"untaint {address}"):
                self.terraform.untaint(address)
        return bool(addresses)

    @contextmanager
    def _at_work(self, what: str) -> Iterator[None]:
        try:
            with step(f"{self.name}: {what}"):
                yield
        except TerraformError as error:
            raise OperationError(
                f"{error}\nFix: correct the cause, then run the same command again: it continues"
            ) from None

    def _show(self, message: Message) -> None:
        if message.kind in {"apply_complete", "apply_errored"}:
            CONSOLE.print(f"  {message.text}", markup=False)
