"""Container rules fail on an environment of this repository when a setting of the scheduler's container changes."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.policies.test_generated_environments import rule_violations
from tests.synthesis import FILE, Deployment, deployed, read_back

PLAIN = {"name": "AIRFLOW__CORE__FERNET_KEY", "value": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U="}
UNREADABLE = "arn:aws:ssm:eu-central-1:111111111111:parameter/other"
CHANGES: dict[str, dict[str, Any]] = {
    "privileged": {"privileged": True},
    "root": {"user": "0"},
    "writable root": {"readonlyRootFilesystem": False},
    "all capabilities": {"linuxParameters": {"initProcessEnabled": True}},
    "a plaintext secret": {"environment": [PLAIN]},
    "no log": {"logConfiguration": None},
    "a stop timeout above the limit": {"stopTimeout": 300},
    "a secret that the execution role may not read": {"secrets": [{"name": "OTHER", "valueFrom": UNREADABLE}]},
}


@pytest.mark.feature("P4")
@pytest.mark.parametrize("what", CHANGES)
def test_changed_container_violates_a_rule(what: str, tmp_path: Path) -> None:
    found = list(rule_violations(_with_scheduler(CHANGES[what], tmp_path)))
    assert any(line.startswith("AF_ECS_") and "scheduler_task_definition" in line for line in found), found
    assert all("scheduler_" in line for line in found), "only the scheduler has changed"


@pytest.mark.feature("P4")
def test_unchanged_containers_pass_every_rule(tmp_path: Path) -> None:
    assert not list(rule_violations(_with_scheduler({}, tmp_path)))


def _with_scheduler(change: dict[str, Any], folder: Path) -> Deployment:
    """Deploy the smallest environment with ``change`` in the scheduler's main container; None removes an argument."""
    base = deployed()
    stacks = copy.deepcopy(dict(base.stacks))
    definition = stacks["dev-airflow"]["resource"]["aws_ecs_task_definition"]["scheduler_task_definition"]
    containers = json.loads(definition["container_definitions"])
    merged = {**containers[0], **change}
    containers[0] = {key: value for key, value in merged.items() if value is not None}
    definition["container_definitions"] = json.dumps(containers)
    files = {name: folder / name / FILE for name in stacks}
    for name, file in files.items():
        file.parent.mkdir()
        file.write_text(json.dumps(stacks[name]))
    return read_back(base.environment, files)
