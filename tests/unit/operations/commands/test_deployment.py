"""Commands for the stacks: plan, deploy, destroy, bootstrap."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from operations.account import PYTHON, Account
from operations.commands import deployment
from operations.errors import PreconditionError
from operations.plan import Planned
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.command_line import run
from tests.unit.operations.fake_stack import FakeStack
from tests.unit.operations.test_plan import PLANS


@pytest.mark.feature("O2")
def test_json_of_plan_has_each_change_with_its_effect_and_no_value(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rejected = ["dev-foundation: aws_subnet.application_a would be destroyed: the addresses of everything in it"]
    planned = Planned("dev", PLANS, rejected, {})
    monkeypatch.setattr(deployment, "synthesize_one", lambda _file: None)
    monkeypatch.setattr("operations.plan.plan", lambda _account: planned)
    code, out, err = run(folder, "plan", "dev", "--json")
    found = json.loads(out)
    assert (code, found["command"], found["ok"], len(found["items"])) == (1, "plan", False, 4)
    assert "undo the rejected change" in found["next"]
    assert found["next"] in err
    assert "db.m7g.large" not in out
    assert found["items"][:2] == [
        {
            "stack": "dev-foundation",
            "address": "aws_db_instance.database",
            "action": "change",
            "effect": "brief outage",
            "rejected": None,
        },
        {
            "stack": "dev-foundation",
            "address": "aws_subnet.application_a",
            "action": "delete",
            "effect": "replaces",
            "rejected": "aws_subnet.application_a would be destroyed: the addresses of everything in it",
        },
    ]


@pytest.mark.feature("O2")
def test_destroy_rejects_a_wrong_name(folder: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployment, "synthesize_one", lambda _file: None)
    code, _, err = run(folder, "destroy", "dev", given="prod\n")
    assert code == 2
    assert "dev was not destroyed: 'prod' was typed" in err
    assert cloud.client("rds").describe_db_instances()["DBInstances"]


@pytest.mark.feature("E6")
def test_destroy_of_a_protected_environment_asks_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def protected(_account: Account) -> None:
        raise PreconditionError("dev is protected")

    monkeypatch.setattr("operations.deploy.require_unprotected", protected)
    code, out, err = run(folder, "destroy", "dev", given="dev\n")
    assert (code, out, err) == (2, "", "dev is protected\n")


@pytest.mark.feature("O2")
def test_deployment_uses_the_given_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synthesized: list[Path] = []
    monkeypatch.setattr(deployment, "synthesize_one", synthesized.append)
    monkeypatch.setattr("operations.deploy.Stack", FakeStack)
    assert run(folder, "deploy", "dev", "--yes")[0] == 0
    assert synthesized == [folder / "dev.yaml"]


@pytest.mark.feature("O2")
def test_bootstrap_synthesizes_the_given_folder_and_destroy_its_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthesized: list[Path] = []
    for name in ("synthesize", "synthesize_one"):
        monkeypatch.setattr(deployment, name, synthesized.append)
    monkeypatch.setattr("operations.bootstrap.bootstrap", lambda _account, **_options: None)
    monkeypatch.setattr("operations.deploy.Stack", FakeStack)
    assert run(folder, "bootstrap", "dev", "--yes")[0] == 0
    assert run(folder, "destroy", "dev", given="dev\n")[0] == 0
    assert synthesized == [folder, folder / "dev.yaml"]


@pytest.mark.feature("O2")
def test_deployment_that_stops_after_the_foundation_exits_with_1_and_reports_the_steps(
    folder: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployment, "synthesize_one", lambda _file: None)
    monkeypatch.setattr("operations.deploy.Stack", FakeStack)
    tag = {"imageTag": cloud.account.environment.airflow.image_tag}
    cloud.client("ecr").batch_delete_image(repositoryName=cloud.names.name, imageIds=[tag])
    code, _, err = run(folder, "deploy", "dev", "--yes")
    missing, done, following = err.splitlines()[-3:]
    assert code == 1
    assert f"Fix: {PYTHON} -m operations image dev --folder {folder}, then run the same command again" in missing
    assert done.startswith("Done: foundation, secrets. Not done: image check, check of the services' plan, migration,")
    assert following == f"Next: {PYTHON} -m operations deploy --folder {folder} dev --yes (it continues)"
