"""Command line: exit codes, one message, the next command, questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from botocore.exceptions import ClientError

from operations import __main__ as command_line
from operations.account import PYTHON, Account
from operations.errors import PreconditionError
from operations.plan import Planned
from tests.unit.environments.cases import SMALLEST, changed
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.command_line import run
from tests.unit.operations.fake_stack import FakeStack
from tests.unit.operations.test_plan import PLANS


@pytest.mark.feature("O2")
@pytest.mark.parametrize(
    ("words", "following"),
    [
        (("secrets", "dev"), "Next: .venv/bin/python -m operations migrate dev"),
        (("migrate", "dev"), "Next: .venv/bin/python -m operations deploy dev"),
        (("rotate", "dev", "jwt", "--yes"), "Next: .venv/bin/python -m operations verify dev"),
        (("hibernate", "dev", "--yes"), "Next: .venv/bin/python -m operations wake dev"),
        (("wake", "dev"), "Next: .venv/bin/python -m operations verify dev"),
        (("downgrade", "dev", "29ce7909c52b", "--yes"), ".venv/bin/python -m operations deploy dev"),
    ],
)
def test_every_command_ends_with_the_next_command(folder: Path, words: tuple[str, ...], following: str) -> None:
    code, _, err = run(folder, *words)
    assert code == 0
    assert following in err.splitlines()[-1]


@pytest.mark.feature("O2")
def test_invalid_environment_file_is_reported_with_exit_code_2(folder: Path) -> None:
    (folder / "dev.yaml").write_text(yaml.safe_dump(changed(SMALLEST, {"region": "nowhere"})))
    code, out, err = run(folder, "verify", "dev")
    assert (code, out) == (2, "")
    assert "dev.yaml: region: must be a commercial AWS region" in err
    assert "Traceback" not in err


@pytest.mark.feature("O2")
def test_unknown_rotation_lists_the_allowed_ones(folder: Path) -> None:
    code, _, err = run(folder, "rotate", "dev", "everything")
    allowed = "fernet, jwt, api, database, broker, oidc"
    assert (code, err) == (2, f"unknown secret 'everything'. Allowed: {allowed}. Fix: name one of them\n")


@pytest.mark.feature("O2")
def test_rotation_without_consent_changes_nothing(folder: Path, cloud: Cloud) -> None:
    before = cloud.read("jwt-secret")
    code, _, err = run(folder, "rotate", "dev", "jwt", given="n\n")
    assert (code, cloud.read("jwt-secret")) == (2, before)
    assert "nothing was rotated" in err


@pytest.mark.feature("O2")
def test_verify_reports_failed_checks_with_exit_code_1(folder: Path) -> None:
    code, out, _ = run(folder, "verify", "dev")
    assert code == 1
    assert "FAIL  database migrated: no migration is recorded. Fix: .venv/bin/python -m operations migrate dev" in out
    assert "  ok  database encrypted" in out
    code, out, err = run(folder, "verify", "dev", "--json")
    found = json.loads(out)
    assert (code, found["command"], found["environment"]) == (1, "verify", "dev")
    assert (found["ok"], found["next"]) == (False, None)
    assert {"what": "database encrypted", "ok": True, "problem": None} in found["items"]
    assert "checks pass" in err


@pytest.mark.feature("O2")
def test_json_of_plan_has_each_change_with_its_effect_and_no_value(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rejected = ["dev-foundation: aws_subnet.application_a would be destroyed: the addresses of everything in it"]
    planned = Planned("dev", PLANS, rejected, {})
    monkeypatch.setattr(command_line, "synthesize_one", lambda _file: None)
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
    monkeypatch.setattr(command_line, "synthesize_one", lambda _file: None)
    code, _, err = run(folder, "destroy", "dev", given="prod\n")
    assert code == 2
    assert "dev was not destroyed: 'prod' was typed" in err
    assert cloud.client("rds").describe_db_instances()["DBInstances"]


@pytest.mark.feature("O2")
def test_missing_database_is_reported_with_exit_code_2(folder: Path, cloud: Cloud) -> None:
    cloud.client("rds").delete_db_instance(DBInstanceIdentifier=cloud.names.name, SkipFinalSnapshot=True)
    code, _, err = run(folder, "wake", "dev")
    assert code == 2
    assert (
        err.splitlines()[-1]
        == f"database airflow-dev does not exist. Fix: {PYTHON} -m operations deploy dev --folder {folder}"
    )


@pytest.mark.feature("O3")
def test_doctor_exits_with_1_when_a_required_program_is_missing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code, out, _ = run(folder, "doctor")
    assert code == 1
    assert " missing  node: synthesis\n          Fix: install Node.js (20 or newer)" in out
    node = {"what": "node", "needed_for": "synthesis", "fix": "install Node.js (20 or newer)", "optional": False}
    code, out, _ = run(folder, "doctor", "--json")
    found = json.loads(out)
    assert (code, found["command"], found["environment"], found["ok"]) == (1, "doctor", None, False)
    assert {**node, "ok": False} in found["items"]


@pytest.mark.feature("A4")
def test_hibernation_without_consent_stops_nothing(folder: Path, cloud: Cloud) -> None:
    before = cloud.desired()
    code, out, err = run(folder, "hibernate", "dev", given="n\n")
    assert (code, cloud.desired()) == (2, before)
    assert "Stop every Fargate task and the database of dev?" in out
    assert "nothing was stopped" in err


@pytest.mark.feature("A4")
def test_hibernation_that_is_denied_half_way_names_how_to_continue_and_to_undo(
    folder: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(account: Account) -> None:
        account.changed = True
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "StopDBInstance")

    monkeypatch.setattr("operations.database.stop", denied)
    code, _, err = run(folder, "hibernate", "dev", "--yes")
    lines = err.splitlines()[-3:]
    assert code == 1
    assert lines[0].startswith("AWS denies StopDBInstance: no. Fix: ")
    assert lines[1] == "Done: limits of autoscaling, services. Not done: database."
    assert lines[2] == (
        f"Next: {PYTHON} -m operations hibernate --folder {folder} dev --yes (it continues), "
        f"or {PYTHON} -m operations wake dev --folder {folder} (undoes it)"
    )


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
    monkeypatch.setattr(command_line, "synthesize_one", synthesized.append)
    monkeypatch.setattr("operations.deploy.Stack", FakeStack)
    assert run(folder, "deploy", "dev", "--yes")[0] == 0
    assert synthesized == [folder / "dev.yaml"]


@pytest.mark.feature("O2")
def test_bootstrap_synthesizes_the_given_folder_and_destroy_its_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthesized: list[Path] = []
    for name in ("synthesize", "synthesize_one"):
        monkeypatch.setattr(command_line, name, synthesized.append)
    monkeypatch.setattr("operations.bootstrap.bootstrap", lambda _account, **_options: None)
    monkeypatch.setattr("operations.deploy.Stack", FakeStack)
    assert run(folder, "bootstrap", "dev", "--yes")[0] == 0
    assert run(folder, "destroy", "dev", given="dev\n")[0] == 0
    assert synthesized == [folder, folder / "dev.yaml"]


@pytest.mark.feature("O2")
def test_deployment_that_stops_after_the_foundation_exits_with_1_and_reports_the_steps(
    folder: Path, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command_line, "synthesize_one", lambda _file: None)
    monkeypatch.setattr("operations.deploy.Stack", FakeStack)
    tag = {"imageTag": cloud.account.environment.airflow.image_tag}
    cloud.client("ecr").batch_delete_image(repositoryName=cloud.names.name, imageIds=[tag])
    code, _, err = run(folder, "deploy", "dev", "--yes")
    missing, done, following = err.splitlines()[-3:]
    assert code == 1
    assert f"Fix: {PYTHON} -m operations image dev --folder {folder}, then run the same command again" in missing
    assert done.startswith("Done: foundation, secrets. Not done: image check, check of the services' plan, migration,")
    assert following == f"Next: {PYTHON} -m operations deploy --folder {folder} dev --yes (it continues)"
