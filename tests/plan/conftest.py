"""Plans with the real provider and no account: stacks synthesized once, copied, planned offline."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.terraform import mock_outputs, workspace
from terraform_harness.terraform.diagnostics import Message
from terraform_harness.terraform.run import Plan, Terraform
from terraform_harness.tools import require

from local.repository import ROOT

ENVIRONMENTS = ("dev", "staging", "prod")


@pytest.fixture(scope="session")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all synthesized stacks."""
    out = tmp_path_factory.mktemp("synth")
    command = [sys.executable, "main.py", str(ROOT / "environments"), str(out)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out / "stacks"


@pytest.fixture
def offline(stacks: Path, tmp_path: Path) -> Any:
    """A function that gives a stack's Terraform, ready to plan without network or account."""
    return partial(_offline, stacks, into=tmp_path)


def _offline(stacks: Path, stack: str, into: Path) -> Terraform:
    require("terraform", "provider-mirror")
    folder = workspace.copy(stacks / stack, into=into)
    below = stack.replace("-airflow", "-foundation")
    outputs = {"foundation": mock_outputs.outputs(workspace.read(stacks / below))} if stack != below else {}
    workspace.for_offline_plan(folder, outputs=outputs)
    root = Terraform(folder, environment=NOWHERE)
    root.init(verify_once=True)
    return root


@dataclass(frozen=True)
class OfflinePlan:
    """A stack that was planned without network or account, and what Terraform said."""

    root: Terraform
    plan: Plan
    messages: list[Message]


@pytest.fixture(scope="session")
def planned(stacks: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], OfflinePlan]:
    """A function that plans a stack, each stack once."""

    @cache
    def plan(stack: str) -> OfflinePlan:
        messages: list[Message] = []
        root = _offline(stacks, stack, tmp_path_factory.mktemp("offline"))
        root.progress = messages.append
        return OfflinePlan(root, root.plan(refresh=False), messages)

    return plan


# A call to AWS would fail at once, loudly: nothing listens on port 9 (discard) of loopback.
NOWHERE = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true"}
