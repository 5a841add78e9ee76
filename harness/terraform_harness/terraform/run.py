"""Runs Terraform on a folder: finds it and its provider, streams progress, shows its diagnostics."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terraform_harness import tools
from terraform_harness.terraform import cli_configuration
from terraform_harness.terraform import process as child
from terraform_harness.terraform.diagnostics import Diagnostic, Message, errors, read_message

Progress = Callable[[Message], None]
NO_CHANGES, CHANGES = 0, 2


class TerraformError(RuntimeError):
    """Terraform refused; ``diagnostics`` are its errors, the message shows them."""

    def __init__(self, *, action: str, folder: Path, diagnostics: tuple[Diagnostic, ...], text: str) -> None:
        self.diagnostics = diagnostics
        shown = "\n".join(map(str, diagnostics)) or text.strip() or "no diagnostics"
        super().__init__(f"terraform {action} in {folder}:\n{shown}")


class TerraformInterrupted(KeyboardInterrupt):
    """Ctrl-C was passed to Terraform and it has stopped; the message tells what became of the state's lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A saved plan. ``changes`` is False when the configuration is what is there already."""

    path: Path
    changes: bool


class Terraform:
    """Terraform in one folder (a root module).

    Args:
        folder: holds ``*.tf`` or ``*.tf.json``.
        environment: added to this process's environment (the emulator's, say).
        progress: called with each message of Terraform as it comes.
    """

    def __init__(
        self, folder: Path, *, environment: Mapping[str, str] | None = None, progress: Progress | None = None
    ) -> None:
        self.folder = folder
        self._environment = dict(environment or {})
        self.progress: Progress = progress or (lambda _: None)

    def init(self) -> None:
        self._run("init", "-json", "-input=false")

    def validate(self) -> None:
        """Raises TerraformError when the configuration is not valid for the provider's schema."""
        text: list[str] = []
        ended = self._start("validate", "-json", on_line=text.append)
        answer = json.loads("".join(text) or "{}")
        if ended.code != 0 or not answer.get("valid"):
            found = tuple(Diagnostic.read(one) for one in answer.get("diagnostics", ()))
            raise TerraformError(action="validate", folder=self.folder, diagnostics=found, text=ended.error_text)

    def plan(self, *, out: str = "tfplan", destroy: bool = False, refresh: bool = True) -> Plan:
        """A saved plan in file ``out`` of the folder."""
        flags = [*(["-destroy"] if destroy else []), *([] if refresh else ["-refresh=false"])]
        code = self._run("plan", "-json", "-input=false", "-detailed-exitcode", f"-out={out}", *flags)
        return Plan(path=self.folder / out, changes=code == CHANGES)

    def apply(self, plan: Plan) -> None:
        """Apply exactly ``plan``."""
        self._run("apply", "-json", "-input=false", str(plan.path.name))

    def untaint(self, address: str) -> None:
        """Mark the resource ``address`` as complete, so that the next plan does not replace it."""
        self._run("untaint", address)

    def destroy(self) -> None:
        self._run("apply", "-destroy", "-json", "-input=false", "-auto-approve")

    def show(self, plan: Plan | None = None) -> dict[str, Any]:
        """The plan, or the state, as ``terraform show -json`` gives it."""
        return self._json("show", "-json", *([plan.path.name] if plan else []))

    def outputs(self) -> dict[str, Any]:
        """Every output's value by name."""
        return {name: item["value"] for name, item in self._json("output", "-json").items()}

    def pull(self) -> dict[str, Any]:
        """The state's file as the backend holds it."""
        return self._json("state", "pull")

    def _json(self, *arguments: str) -> dict[str, Any]:
        text: list[str] = []
        ended = self._start(*arguments, on_line=text.append)
        if ended.code != 0:
            raise TerraformError(action=arguments[0], folder=self.folder, diagnostics=(), text=ended.error_text)
        answer: dict[str, Any] = json.loads("".join(text) or "{}")
        return answer

    def _run(self, action: str, *arguments: str) -> int:
        messages: list[Message] = []

        def hear(line: str) -> None:
            message = read_message(line)
            messages.append(message)
            self.progress(message)

        ended = self._start(action, *arguments, on_line=hear)
        if ended.interrupts:
            raise TerraformInterrupted(_explain_lock(action, self.folder, ended.interrupts))
        if ended.code != NO_CHANGES and not (action == "plan" and ended.code == CHANGES):
            text = ended.error_text + "\n".join(message.text for message in messages if message.kind == "text")
            raise TerraformError(action=action, folder=self.folder, diagnostics=errors(messages), text=text)
        return ended.code

    def _start(self, *arguments: str, on_line: Callable[[str], None]) -> child.Ended:
        own = {"TF_CLI_CONFIG_FILE": str(cli_configuration.path()), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("TF_CLI_ARGS", "TF_LOG"))}
        return child.run(
            [tools.locate("terraform"), *arguments],
            cwd=self.folder,
            environment=inherited | own | self._environment,
            on_line=on_line,
        )


def _explain_lock(action: str, folder: Path, interrupts: int) -> str:
    if interrupts == 1:
        return (
            f"terraform {action} in {folder} was interrupted and has stopped after the calls it was in; the state is "
            f"saved and its lock released. Next: run the same command again, it goes on from there"
        )
    return (
        f"terraform {action} in {folder} was interrupted {interrupts} times and has given up at once; its lock may "
        f"still be held. Next: run the same command again; if it answers `Error acquiring the state lock`, see that "
        f"nobody else is at work and remove it with `terraform force-unlock LOCK_ID` (the id is in that message)"
    )
