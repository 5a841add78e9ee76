"""The environments of this repository have no open finding, from their JSON and from a real plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from terraform_gate.finding import Verdict
from terraform_gate.gate.outcome import Report
from terraform_gate.reading.inputs import read
from terraform_gate.rules.iam.web_identity import rule as web_identity
from terraform_harness import tools
from terraform_harness.terraform.run import Terraform

from environments import load_all
from environments.load import from_data
from tests.policies.gate_inputs import evaluated
from tests.synthesis import synthesize

ENVIRONMENTS = Path(__file__).parents[3] / "environments"
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


SWITCHES: dict[str, dict[str, Any]] = {
    "CI roles": {"iam": {"oidc": {"github_repository": "example/infra"}}},
    "ECS Exec": {"airflow": {"exec_enabled": True}},
    "RDS Proxy": {"database": {"proxy": True}},
}


def _changed(old: Any, new: Any) -> Any:
    """Merge objects; None removes a key."""
    merged = {**(old or {}), **new} if isinstance(new, dict) else new
    return {key: value for key, value in merged.items() if value is not None} if isinstance(merged, dict) else merged


def _production(tmp_path: Path, *switches: dict[str, Any]) -> Path:
    data = yaml.safe_load((ENVIRONMENTS / "prod.yaml").read_text())
    for switch in switches:
        data |= {key: _changed(data.get(key), value) for key, value in switch.items()}
    data = {key: value for key, value in data.items() if value is not None}
    synthesize([from_data(data, source="test")], out=tmp_path)
    return tmp_path / "stacks"


@pytest.mark.feature("P5")
def test_production_is_clean_with_ci_roles_exec_and_proxy(tmp_path: Path) -> None:
    report = evaluated(_production(tmp_path, *SWITCHES.values()))
    assert (report.exit_code, _shown(report), report.problems) == (0, [], [])


@pytest.mark.feature("P5")
def test_production_is_clean_with_sign_on_tokens_of_the_database_and_dag_releases(tmp_path: Path) -> None:
    sign_on = {"mode": "oidc", "issuer": "https://login.example.com", "client_id": "airflow", "default_role": "Viewer"}
    releases = {"delivery": "s3", "repository": None, "deploy_key": None, "known_hosts": None}
    others = {"auth": sign_on, "database": {"authentication": "iam"}, "dags": releases}
    report = evaluated(_production(tmp_path, others, SWITCHES["CI roles"], SWITCHES["ECS Exec"]))
    assert (report.exit_code, _shown(report), report.problems) == (0, [], [])


@pytest.mark.feature("P5", "T8")
def test_airflow_tasks_on_fargate_have_one_finding_that_needs_a_waiver(tmp_path: Path) -> None:
    """The scheduler runs the task definition of Airflow tasks with their roles: docs/executors.md."""
    report = evaluated(_production(tmp_path, {"topology": "ecs", "workers": None, "broker": None}))
    assert not report.problems
    assert {item.card.id for item in report.outcomes if item.is_open} == {"AF_IAM_7"}


@pytest.mark.feature("P5")
def test_deployment_from_every_branch_is_found(tmp_path: Path) -> None:
    ci_roles = {"iam": {"oidc": {"github_repository": "example/infra", "branch": "main"}}}
    (bootstrap,) = _production(tmp_path, ci_roles).glob("bootstrap-*/cdk.tf.json")
    written = bootstrap.read_text()
    assert "refs/heads/main" in written
    bootstrap.write_text(written.replace("refs/heads/main", "refs/heads/*"))
    (configuration,) = read([bootstrap]).configurations()
    verdicts = {item.resource.address: item.verdict for item in web_identity.evaluate(configuration)}
    assert verdicts == {"aws_iam_role.ci_deploy": Verdict.FAIL, "aws_iam_role.ci_plan": Verdict.PASS}


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
    runner.init(verify_once=True)
    return runner.show(runner.plan(refresh=False))
