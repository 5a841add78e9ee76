"""The real provider plans every pair of topology, egress, delivery and backend."""

from __future__ import annotations

import json
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.terraform import workspace
from terraform_harness.terraform.run import Terraform, TerraformError
from terraform_harness.tools import require

from tests.plan.conftest import NOWHERE
from tests.plan.permutations import BACKENDS, ON_FARGATE, STATES, VALUES, Case, cases, data_of, joined
from tests.synthesis import Deployment, deployed, deployed_data
from tests.unit.environments.cases import SMALLEST


@pytest.mark.feature("H2")
def test_cases_cover_every_pair_of_values() -> None:
    for first, second in combinations(VALUES, 2):
        covered = {(case[first], case[second]) for case in cases()}
        assert covered == set(product(VALUES[first], VALUES[second])), f"{first} x {second}"
    assert len(cases()) == 12


@pytest.mark.feature("H2")
def test_joined_root_has_no_remote_state_and_rejects_duplicate_addresses() -> None:
    deployment = deployed_data(data_of(cases()[0]))
    root = joined(deployment.foundation, deployment.airflow)
    assert "terraform_remote_state" not in json.dumps(root)
    assert sum(map(len, root["resource"].values())) == _managed(deployment)
    with pytest.raises(ValueError, match="both stacks have aws_"):
        joined(deployment.foundation, deployment.foundation)


@pytest.mark.feature("H2", "T1", "N2", "G1")
@pytest.mark.parametrize("case", cases(), ids=lambda case: "-".join(case.values()))
def test_plans_without_an_account(case: Case, tmp_path: Path) -> None:
    require("terraform", "provider-mirror")
    _plan_creates_everything(deployed_data(data_of(case)), tmp_path)


@pytest.mark.feature("H2", "T8")
@pytest.mark.parametrize("name", ON_FARGATE)
def test_airflow_tasks_on_fargate_plan_without_an_account(name: str, tmp_path: Path) -> None:
    require("terraform", "provider-mirror")
    _plan_creates_everything(deployed(**ON_FARGATE[name]), tmp_path)


def _plan_creates_everything(deployment: Deployment, tmp_path: Path) -> None:
    root = _root(tmp_path / "root", joined(deployment.foundation, deployment.airflow))
    plan = root.show(root.plan(refresh=False))
    planned = [change for change in plan["resource_changes"] if change["mode"] == "managed"]
    assert {tuple(change["change"]["actions"]) for change in planned} == {("create",)}
    assert len(planned) == _managed(deployment)


@pytest.mark.feature("H2", "E2")
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("part", ["foundation", "airflow"])
def test_valid_with_every_backend(backend: str, part: str, tmp_path: Path) -> None:
    """The unchanged stack, except for its own backend, which an offline ``init`` cannot reach."""
    require("terraform", "provider-mirror")
    deployment = deployed(state=STATES[backend])
    stack = deployment.files[f"dev-{part}"].parent
    folder = workspace.copy(stack, into=tmp_path)
    workspace.override(folder, {"terraform": {"backend": {"local": {}}}})
    root = Terraform(folder, environment=NOWHERE)
    root.init(verify_once=True)
    root.validate()


def _root(folder: Path, configuration: dict[str, Any]) -> Terraform:
    folder.mkdir()
    (folder / workspace.STACK_FILE).write_text(json.dumps(configuration))
    workspace.for_offline_plan(folder, outputs={})
    root = Terraform(folder, environment=NOWHERE)
    root.init(verify_once=True)
    return root


def _managed(deployment: Deployment) -> int:
    return sum(not item.is_data for item in deployment.configuration.resources.values())


@pytest.mark.feature("H2")
def test_validation_rejects_an_argument_that_the_provider_does_not_know(tmp_path: Path) -> None:
    """The plans above can fail: the same root with a misspelled argument does."""
    require("terraform", "provider-mirror")
    deployment = deployed_data(SMALLEST)
    wrong = joined(deployment.foundation, deployment.airflow)
    wrong["resource"]["aws_ecs_cluster"]["cluster"]["nmae"] = "typo"
    root = _root(tmp_path / "root", wrong)
    with pytest.raises(TerraformError, match="nmae"):
        root.validate()
