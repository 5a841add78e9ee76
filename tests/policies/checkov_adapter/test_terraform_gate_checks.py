"""``checkov --external-checks-dir policies/terraform_gate/checkov_adapter`` gives the verdicts of the gate."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from terraform_gate.rules.catalog import all_rules
from terraform_gate.rules.shared.examples import container, task_definition

from tests.policies.gate_inputs import POLICIES, PRIVILEGED, Folder, evaluated, task_definitions

ADAPTER = POLICIES / "terraform_gate" / "checkov_adapter"
HCL = """
resource "aws_ecs_task_definition" "bad" {
  family                = "bad"
  container_definitions = jsonencode([{ name = "c", privileged = true }])
}
"""


def _reports(folder: Path, *options: str) -> dict[str, Any]:
    """Run checkov in ``folder`` without the project on its path; results by framework."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [sys.executable, "-P", "-m", "checkov.main", "-d", str(folder), "--external-checks-dir", str(ADAPTER)]
    answer = subprocess.run(
        [*command, "--skip-download", *options, "-o", "json"],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        timeout=600,
        check=False,
    )
    assert "Cannot load external check" not in answer.stderr
    documents = json.loads(answer.stdout)
    listed = documents if isinstance(documents, list) else [documents]
    return {item["check_type"]: item["results"] for item in listed}


@pytest.mark.feature("P7")
def test_checkov_runs_a_rule_on_json_and_hcl(tmp_path: Path) -> None:
    good = task_definition(container(), name="good")
    Folder(tmp_path).write(task_definitions(PRIVILEGED, good), stack="json")
    Folder(tmp_path).text(HCL, stack="hcl", name="main.tf")
    reports = _reports(tmp_path, "-c", "AF_ECS_1")
    failed = {kind: [item["resource"] for item in found["failed_checks"]] for kind, found in reports.items()}
    assert failed == {"terraform_json": ["resource.worker"], "terraform": ["aws_ecs_task_definition.bad"]}
    assert [item["resource"] for item in reports["terraform_json"]["passed_checks"]] == ["resource.good"]


@pytest.mark.feature("P7")
def test_checkov_gives_the_verdicts_of_the_gate_for_every_rule(tmp_path: Path) -> None:
    root = Folder(tmp_path).write(task_definition(container(privileged=True, user="0", stopTimeout=None)))
    ours = {rule.id for rule in all_rules()}
    expected = {(item.card.id, item.verdict.value) for item in evaluated(root).outcomes if item.card.id in ours}
    (found,) = _reports(tmp_path).values()
    words = {"failed_checks": "fail", "passed_checks": "pass"}
    checked = {(item["check_id"], word) for key, word in words.items() for item in found[key]}
    assert {(rule, word) for rule, word in checked if rule in ours} == {
        (rule, word) for rule, word in expected if word != "unknown"
    }
    assert ("AF_ECS_2", "fail") in expected


@pytest.mark.feature("P5")
def test_adapter_shadows_no_module() -> None:
    """checkov imports every file of the folder as a top-level module."""
    stems = {file.stem for file in ADAPTER.rglob("*.py") if not file.stem.startswith("__")}
    assert stems == {"terraform_gate_checks"}
    assert not stems & (set(sys.stdlib_module_names) | set(packages_distributions()))


@pytest.mark.feature("P5")
def test_rules_are_evaluated_without_checkov() -> None:
    program = "import sys, terraform_gate.gate.command, terraform_gate.rules.catalog as c; c.all_rules()"
    loaded = "sys.exit(any(name.partition('.')[0] == 'checkov' for name in sys.modules))"
    answer = subprocess.run([sys.executable, "-c", f"{program}; {loaded}"], cwd=POLICIES, timeout=600, check=False)
    assert answer.returncode == 0
