"""The environments of this repository have no open finding, from their JSON and from a real plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from terraform_gate.finding import Verdict
from terraform_gate.gate.outcome import Report
from terraform_harness import tools
from terraform_harness.terraform.run import Terraform

from environments import load_all
from tests.policies.gate_inputs import evaluated
from tests.synthesis import synthesize

OFFLINE = {
    "access_key": "none",
    "secret_key": "none",
    "skip_credentials_validation": True,
    "skip_requesting_account_id": True,
    "skip_metadata_api_check": True,
    "skip_region_validation": True,
}


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every environment, as main.py writes it."""
    out = tmp_path_factory.mktemp("environments")
    synthesize(load_all(), out=out)
    return out / "stacks"


def _shown(report: Report) -> list[str]:
    return [
        f"{item.card.id} {item.finding.resource.key}: {item.finding.message}"
        for item in report.outcomes
        if item.is_open
    ]


@pytest.mark.feature("P5")
def test_environments_are_clean_and_every_waiver_is_needed(stacks: Path) -> None:
    report = evaluated(stacks)
    assert (report.exit_code, _shown(report), report.problems) == (0, [], [])
    assert len(report.stacks) > 2 * len(load_all())
    assert report.resources > 500


@pytest.mark.feature("P5")
def test_production_is_clean_on_a_real_plan_too(stacks: Path, tmp_path: Path) -> None:
    tools.require("terraform", "provider-mirror")
    plan = tmp_path / "prod-foundation.json"
    plan.write_text(json.dumps(_planned(stacks / "prod-foundation" / "cdk.tf.json", tmp_path / "root")))
    report = evaluated(stacks / "prod-foundation", stacks / "prod-airflow", plans=[("prod-foundation", plan)])
    assert (report.exit_code, _shown(report), report.problems) == (0, [], [])
    alone = evaluated(plan)
    assert all(item.finding.resource.is_planned for item in alone.outcomes)
    assert not alone.of(Verdict.UNKNOWN)
    waived = {item.card.id for item in report.waived if item.finding.resource.stack == "prod-foundation"}
    assert {item.card.id for item in alone.of(Verdict.FAIL)} == waived, "a plan contains no waivers"


def _planned(file: Path, root: Path) -> dict[str, Any]:
    """Plan a stack without account and state: only provider and backend differ from a deployment."""
    document = json.loads(file.read_text())
    document["terraform"].pop("backend")
    for provider in document["provider"]["aws"]:
        provider.pop("allowed_account_ids", None)
        provider.update(OFFLINE)
    root.mkdir()
    (root / "cdk.tf.json").write_text(json.dumps(document))
    runner = Terraform(root)
    runner.init()
    return runner.show(runner.plan(refresh=False))
