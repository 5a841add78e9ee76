"""Runs Terraform in a folder: finds the program and its providers, streams progress, reports diagnostics."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import methodcaller
from pathlib import Path
from typing import Any

from terraform_harness import tools
from terraform_harness.terraform import cli_configuration, mirror, process
from terraform_harness.terraform.diagnostics import Diagnostic, Message, errors, read_message

Progress = Callable[[Message], None]
NO_CHANGES, CHANGES = 0, 2
LOCK_FILE = ".terraform.lock.hcl"
_CHECKSUMS = re.compile(r"\n  hashes = \[.*?\n  \]", re.DOTALL)
# Go programs collect garbage less often, unless GOGC is set: decoding the provider's schema, which each command does,
# takes a third less processor time and 5 % more memory (measured with AWS provider 5.100.0).
GARBAGE_COLLECTION = {"GOGC": "400"}
# What Terraform prints when it is too old for an option that is used here, and when it finds no version of a provider.
_UNKNOWN_FLAG = "flag provided but not defined"
_NO_PROVIDER = "Failed to query available provider packages"


class TerraformError(RuntimeError):
    """Terraform failed; the message shows ``diagnostics``, its errors."""

    def __init__(self, *, action: str, folder: Path, diagnostics: tuple[Diagnostic, ...], text: str) -> None:
        self.diagnostics = diagnostics
        shown = "\n".join(map(str, diagnostics)) or text.strip() or "no diagnostics"
        if _UNKNOWN_FLAG in shown:
            shown += "\nThis version of Terraform is not supported. Fix: install Terraform 1.11 or newer"
        if _NO_PROVIDER in shown and "hashicorp/aws" in shown and (providers := mirror.find()):
            shown += f"\n{mirror.describe(providers)}"
        super().__init__(f"terraform {action} in {folder}:\n{shown}")


__tracebackhide__ = methodcaller("errisinstance", TerraformError)


class TerraformInterrupted(KeyboardInterrupt):
    """Terraform has stopped after Ctrl-C; the message says whether the state is still locked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A saved plan. ``changes`` is False when the resources already match the configuration."""

    path: Path
    changes: bool


class Terraform:
    """Terraform in one folder (a root module).

    Args:
        folder: Holds ``*.tf`` or ``*.tf.json``.
        environment: Added to the environment of this process, for instance ``Emulator.environment``. The attribute can
            be replaced, so that another role runs the next command.
        progress: Called with each message of Terraform.
    """

    def __init__(
        self, folder: Path, *, environment: Mapping[str, str] | None = None, progress: Progress | None = None
    ) -> None:
        self.folder = folder
        self.environment = dict(environment or {})
        self.progress: Progress = progress or (lambda _: None)

    def init(self, *, verify_once: bool = False) -> None:
        """Install providers and modules, and initialize the backend.

        Args:
            verify_once: Remove the checksums from the lock file after this command has compared them with the
                providers. Otherwise each later command reads every provider again to compare them, 700 MB for AWS. For
                temporary copies of a root only.
        """
        self._run("init", "-json", "-input=false")
        lock = self.folder / LOCK_FILE
        if verify_once and lock.exists():
            lock.write_text(_CHECKSUMS.sub("", lock.read_text()))

    def validate(self) -> None:
        """Validate the configuration against the schema of the provider.

        Raises:
            TerraformError: The configuration is not valid.
        """
        text: list[str] = []
        ended = self._start("validate", "-json", on_line=text.append)
        report = json.loads("".join(text) or "{}")
        if ended.code != 0 or not report.get("valid"):
            found = tuple(Diagnostic.read(diagnostic) for diagnostic in report.get("diagnostics", ()))
            raise TerraformError(action="validate", folder=self.folder, diagnostics=found, text=ended.error_text)

    def plan(self, *, out: str = "tfplan", destroy: bool = False, refresh: bool = True) -> Plan:
        """Plan, and save the plan to the file ``out`` in the folder."""
        flags = [*(["-destroy"] if destroy else []), *([] if refresh else ["-refresh=false"])]
        code = self._run("plan", "-json", "-input=false", "-detailed-exitcode", f"-out={out}", *flags)
        return Plan(path=self.folder / out, changes=code == CHANGES)

    def apply(self, plan: Plan) -> None:
        """Apply exactly ``plan``."""
        self._run("apply", "-json", "-input=false", str(plan.path.name))

    def untaint(self, address: str) -> None:
        """Mark the resource ``address`` as complete, so that the next plan does not replace it."""
        self._run("untaint", address)

    def destroy(self, *, refresh: bool = True) -> None:
        """Destroy every resource of the state; without ``refresh``, in the form that the state has."""
        flags = [] if refresh else ["-refresh=false"]
        self._run("apply", "-destroy", "-json", "-input=false", "-auto-approve", *flags)

    def show(self, plan: Plan | None = None) -> dict[str, Any]:
        """Return the plan, or the state, as ``terraform show -json`` prints it."""
        return self._json("show", "-json", *([plan.path.name] if plan else []))

    def outputs(self) -> dict[str, Any]:
        """Return the values of the outputs by name."""
        return {name: item["value"] for name, item in self._json("output", "-json").items()}

    def pull(self) -> dict[str, Any]:
        """Return the state file as the backend stores it."""
        return self._json("state", "pull")

    def push(self, state: Mapping[str, Any]) -> None:
        """Store a changed state file; Terraform rejects another lineage and a serial that is not newer."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "changed.tfstate"
            file.write_text(json.dumps(state), "utf-8")
            self._run("state", "push", str(file))

    def _json(self, *arguments: str) -> dict[str, Any]:
        text: list[str] = []
        ended = self._start(*arguments, on_line=text.append)
        if ended.code != 0:
            raise TerraformError(action=arguments[0], folder=self.folder, diagnostics=(), text=ended.error_text)
        document: dict[str, Any] = json.loads("".join(text) or "{}")
        return document

    def _run(self, action: str, *arguments: str) -> int:
        messages: list[Message] = []

        def on_line(line: str) -> None:
            message = read_message(line)
            messages.append(message)
            self.progress(message)

        ended = self._start(action, *arguments, on_line=on_line)
        if ended.interrupts:
            raise TerraformInterrupted(_explain_lock(action, self.folder, ended.interrupts))
        if ended.code != NO_CHANGES and not (action == "plan" and ended.code == CHANGES):
            text = ended.error_text + "\n".join(message.text for message in messages if message.kind == "text")
            raise TerraformError(action=action, folder=self.folder, diagnostics=errors(messages), text=text)
        return ended.code

    def _start(self, *arguments: str, on_line: Callable[[str], None]) -> process.Ended:
        own = {"TF_CLI_CONFIG_FILE": str(cli_configuration.path()), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("TF_CLI_ARGS", "TF_LOG"))}
        return process.run(
            [tools.locate("terraform"), *arguments],
            cwd=self.folder,
            environment=GARBAGE_COLLECTION | inherited | own | self.environment,
            on_line=on_line,
        )


def _explain_lock(action: str, folder: Path, interrupts: int) -> str:
    if interrupts == 1:
        return (
            f"terraform {action} in {folder} was interrupted and has stopped after its running API calls; the state is "
            f"saved and its lock released. Next: run the same command again, it continues from there"
        )
    return (
        f"terraform {action} in {folder} was interrupted {interrupts} times and has aborted at once; the state may "
        f"still be locked. Next: run the same command again; if it fails with `Error acquiring the state lock`, make "
        f"sure that no other run uses the state, then remove the lock with `terraform force-unlock LOCK_ID` (the "
        f"message shows the id)"
    )
