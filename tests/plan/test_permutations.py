"""The real provider accepts every topology with every egress, delivery and backend, pair by pair."""

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
from tests.plan.permutations import BACKENDS, STATES, VALUES, Case, cases, data_of, joined
from tests.synthesis import Deployment, deployed, deployed_data
from tests.unit.environments.cases import SMALLEST


@pytest.mark.feature("H2")
def test_every_value_of_one_key_meets_every_value_of_each_other() -> None:
    for one, other in combinations(VALUES, 2):
        met = {(case[one], case[other]) for case in cases()}
        assert met == set(product(VALUES[one], VALUES[other])), f"{one} x {other}"
    assert len(cases()) == 12


@pytest.mark.feature("H2")
def test_the_two_stacks_are_joined_by_all_that_one_reads_of_the_other() -> None:
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
    deployment = deployed_data(data_of(case))
    root = _root(tmp_path / "root", joined(deployment.foundation, deployment.airflow))
    plan = root.show(root.plan(refresh=False))
    planned = [change for change in plan["resource_changes"] if change["mode"] == "managed"]
    assert {tuple(change["change"]["actions"]) for change in planned} == {("create",)}
    assert len(planned) == _managed(deployment)


@pytest.mark.feature("H2", "E2")
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("part", ["foundation", "airflow"])
def test_valid_with_every_backend(backend: str, part: str, tmp_path: Path) -> None:
    """The stack as it is but for where its own state lies, which an offline ``init`` could not reach."""
    require("terraform", "provider-mirror")
    deployment = deployed(state=STATES[backend])
    stack = deployment.files[f"dev-{part}"].parent
    folder = workspace.copy(stack, into=tmp_path)
    workspace.override(folder, {"terraform": {"backend": {"local": {}}}})
    root = Terraform(folder, environment=NOWHERE)
    root.init()
    root.validate()


def _root(folder: Path, configuration: dict[str, Any]) -> Terraform:
    folder.mkdir()
    (folder / workspace.STACK_FILE).write_text(json.dumps(configuration))
    workspace.for_offline_plan(folder, outputs={})
    root = Terraform(folder, environment=NOWHERE)
    root.init()
    return root


def _managed(deployment: Deployment) -> int:
    return sum(not item.is_data for item in deployment.configuration.resources.values())


@pytest.mark.feature("H2")
def test_a_key_that_the_provider_does_not_know_is_refused(tmp_path: Path) -> None:
    """The plans above could fail: the same root with one wrong argument does."""
    require("terraform", "provider-mirror")
    deployment = deployed_data(SMALLEST)
    wrong = joined(deployment.foundation, deployment.airflow)
    wrong["resource"]["aws_ecs_cluster"]["cluster"]["nmae"] = "typo"
    root = _root(tmp_path / "root", wrong)
    with pytest.raises(TerraformError, match="nmae"):
        root.validate()
