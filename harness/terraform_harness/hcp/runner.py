"""Executes runs: unpacks the configuration, runs Terraform, calls the run tasks, stores the state."""

from __future__ import annotations

import io
import json
import os
import secrets
import shutil
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

from terraform_harness import tools
from terraform_harness.hcp.store import Caller, Run, Store
from terraform_harness.terraform import cli_configuration, process
from terraform_harness.terraform.run import GARBAGE_COLLECTION

START, END = b"\x02", b"\x03"
"""A log starts and ends with these characters, by which clients see that it is complete."""
OVERRIDE = '{"terraform": {"backend": {"local": {"path": "terraform.tfstate"}}}}'
CONFIRM_SECONDS = 120
Prepare = Callable[[Path], None]
Tasks = Callable[[Run], bool]


class Runner:
    """Executes runs; each is executed in a separate thread.

    Args:
        store: Where the run's workspace and states are.
        hostname: Name and port of the server, for the token of the run.
        environment: Variables for Terraform, in addition to those of this process.
        prepare: Called with the folder of the unpacked configuration, for instance to plan without an account.
        tasks: Calls the run tasks of a planned run; returns False when a mandatory one failed.
    """

    def __init__(
        self, store: Store, *, hostname: str, environment: Mapping[str, str], prepare: Prepare, tasks: Tasks
    ) -> None:
        self._store, self._hostname, self._tasks = store, hostname, tasks
        self._environment, self._prepare = dict(environment), prepare

    def execute(self, run: Run) -> None:
        """Plan, wait for the confirmation, apply; the run has its last status afterwards."""
        token = secrets.token_hex(16)
        self._store.callers[token] = Caller(self._store.organization, run=run)
        try:
            self._execute(run, token)
        except (OSError, tarfile.TarError, tools.MissingTool) as error:
            run.plan_log += f"{error}\n".encode() + END
            run.status = "errored"
        finally:
            self._store.callers.pop(token, None)
            if run.workspace.locked_by == run.id:
                run.workspace.locked_by = ""

    def _execute(self, run: Run, token: str) -> None:
        run.status = "plan_queued"
        if run.workspace.behavior == "stay_queued":
            return
        if not run.plan_only:
            run.workspace.locked_by = run.id
        run.status, run.plan_log = "planning", START
        planned = self._unpack(run) and self._plan(run, token)
        run.plan_log += END
        if not planned or run.workspace.behavior == "policy_hard_failed":
            run.status = "errored"
        elif run.workspace.behavior in ("policy_soft_failed", "discarded"):
            run.status = run.workspace.behavior
        elif not self._tasks(run):
            run.status = "errored"
        elif run.plan_only or not run.has_changes:
            run.status = "planned_and_finished"
        else:
            run.status = "planned"
            self._apply(run, token)

    def _unpack(self, run: Run) -> bool:
        shutil.rmtree(run.folder, ignore_errors=True)
        run.folder.mkdir(parents=True)
        with tarfile.open(fileobj=io.BytesIO(run.configuration.archive)) as archive:
            archive.extractall(run.folder, filter="data")
        shutil.rmtree(run.folder / ".terraform", ignore_errors=True)
        # HCP Terraform replaces the cloud block or the backend of a configuration with its own.
        (run.folder / "zzz_backend_override.tf.json").write_text(OVERRIDE)
        if run.workspace.states:
            (run.folder / "terraform.tfstate").write_bytes(run.workspace.states[-1])
        self._prepare(run.folder)
        return True

    def _plan(self, run: Run, token: str) -> bool:
        flags = ["-destroy"] if run.attributes.get("is-destroy") else []
        for words in (["init", "-input=false"], ["plan", "-input=false", "-out=tfplan", *flags]):
            if self._terraform(run, token, words, "plan_log"):
                return False
        lines: list[str] = []
        code = self._run(run, token, ["show", "-json", "tfplan"], lines.append)
        run.plan_json = "".join(lines).encode()
        run.has_changes = code == 0 and _changes(run.plan_json)
        return code == 0

    def _apply(self, run: Run, token: str) -> None:
        confirmed = run.attributes.get("auto-apply") or run.confirmed.wait(CONFIRM_SECONDS)
        if not confirmed or run.status == "discarded":
            run.status = "discarded"
            return
        run.status, run.apply_log = "applying", START
        code = self._terraform(run, token, ["apply", "-input=false", "tfplan"], "apply_log")
        run.apply_log += END
        state = run.folder / "terraform.tfstate"
        if state.exists():
            run.workspace.states.append(state.read_bytes())
        run.status = "errored" if code else "applied"

    def _terraform(self, run: Run, token: str, words: list[str], log: str) -> int:
        def on_line(line: str) -> None:
            setattr(run, log, getattr(run, log) + line.encode())

        return self._run(run, token, [words[0], "-no-color", *words[1:]], on_line)

    def _run(self, run: Run, token: str, words: list[str], on_line: Callable[[str], None]) -> int:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("TF_")}
        own = {
            "TF_CLI_CONFIG_FILE": str(cli_configuration.path()),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            f"TF_TOKEN_{self._hostname.replace('-', '__').replace('.', '_')}": token,
        }
        ended = process.run(
            [tools.locate("terraform"), *words],
            cwd=run.folder,
            environment=GARBAGE_COLLECTION | inherited | own | self._environment,
            on_line=on_line,
        )
        if ended.error_text:
            on_line(ended.error_text)
        return ended.code


def _changes(plan: bytes) -> bool:
    document = json.loads(plan)
    outputs = document.get("output_changes", {}).values()
    changes = [item["change"] for item in document.get("resource_changes", ())] + list(outputs)
    return any(change["actions"] not in (["no-op"], ["read"]) for change in changes)
