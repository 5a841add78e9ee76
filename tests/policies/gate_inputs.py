"""Terraform roots and commands for tests of the gate."""

from __future__ import annotations

import json
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from terraform_gate.gate.evaluation import evaluate
from terraform_gate.gate.outcome import Report
from terraform_gate.rules.shared.examples import container, task_definition

from local.repository import ROOT

TODAY = date(2026, 11, 23)
POLICIES = ROOT / "policies"
PRIVILEGED = task_definition(container(privileged=True))
CLEAN_LOG_GROUP = {
    "name": "/airflow/worker",
    "retention_in_days": 400,
    "kms_key_id": "arn:aws:kms:eu-central-1:1:key/1",
}
CLEAN = {"aws_cloudwatch_log_group": {"worker": CLEAN_LOG_GROUP}}


@dataclass(frozen=True)
class Folder:
    """A folder of roots."""

    path: Path

    def write(self, resources: Mapping[str, Any], *, stack: str = "app", **blocks: Any) -> Path:
        """Write a root with ``resources`` and further top-level blocks; return its file."""
        return self.text(json.dumps({"resource": resources, **blocks}, indent=2), stack=stack)

    def text(self, content: str, *, stack: str = "app", name: str = "cdk.tf.json") -> Path:
        """Write ``content`` as a file of the root ``stack``."""
        file = self.path / stack / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
        return file


def task_definitions(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """Join resources that are all task definitions."""
    named = {name: body for part in parts for name, body in part["aws_ecs_task_definition"].items()}
    return {"aws_ecs_task_definition": named}


def failing(report: Report) -> set[tuple[str, str]]:
    """Return rule and address of every verdict but ``pass`` that is not waived."""
    return {(item.card.id, item.finding.resource.address) for item in report.outcomes if item.is_open}


def evaluated(*paths: Path, **options: Any) -> Report:
    """Evaluate ``paths`` on a fixed day."""
    return evaluate(list(paths), today=TODAY, **options)


def run(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line of the gate in a separate process.

    With variables in ``environment`` it is a new process; otherwise it is forked from a process that has imported the
    gate and checkov, which takes a second.
    """
    command = ["-m", "terraform_gate", *arguments]
    variables = {"PYTHONPATH": str(POLICIES), "PATH": "/usr/bin:/bin", **environment}
    if not environment:
        return _forked(command, cwd, variables)
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, cwd=cwd, env=variables, timeout=600, check=False
    )


_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["terraform_gate.gate.command", "terraform_gate.checkov_engine.engine"])


def _forked(command: list[str], cwd: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
        process = _FORKS.Process(target=_gate, args=(command, cwd, variables, (out.name, err.name)))
        process.start()
        process.join(timeout=600)
        assert process.exitcode is not None, f"the gate did not end: {command}"
        texts = [file.read().decode() for file in (out, err)]
    return subprocess.CompletedProcess(command, process.exitcode, *texts)


def _gate(command: list[str], cwd: Path, variables: Mapping[str, str], output: tuple[str, str]) -> None:
    """Do in the forked process what ``python -m terraform_gate`` does."""
    for number, name in enumerate(output, start=1):
        os.dup2(os.open(name, os.O_WRONLY), number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(variables)
    sys.argv = command[1:]
    runpy.run_module("terraform_gate", run_name="__main__")
