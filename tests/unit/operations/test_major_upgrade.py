"""A new major version of PostgreSQL: checked, saved in a snapshot before it, checked after it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from operations import deploy, major_upgrade
from operations.errors import OperationError, PreconditionError
from operations.major_upgrade import MajorUpgrade
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.fake_stack import FakeStack
from tests.unit.operations.test_migrate import will_log
from tests.unit.operations.test_plan_guard import upgrade

PLAN = upgrade("16.9", "17")
REPORT: dict[str, Any] = {
    "event": "database",
    "postgresql": "17.4",
    "connections": {"airflow": 40, "unnamed": 2},
    "prepared_transactions": 0,
    "replication_slots": 0,
    "unsupported_columns": 0,
    "extensions": {"plpgsql": ["1.0", "1.0"]},
}


def yes(_question: str) -> bool:
    return True


def snapshots(cloud: Cloud) -> list[str]:
    found = cloud.client("rds").describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    return [snapshot["DBSnapshotIdentifier"] for snapshot in found]


@pytest.fixture
def deployed(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """An environment that runs, whose next deployment upgrades the database."""
    cloud.put("schema", "{}", "String")
    monkeypatch.setattr(deploy, "Stack", FakeStack)
    monkeypatch.setattr(deploy, "wait_until_steady", lambda _account, **_options: None)
    monkeypatch.setattr(FakeStack, "calls", [])
    monkeypatch.setattr(FakeStack, "plan", PLAN)
    return cloud


@pytest.mark.feature("C6", "D6")
def test_deployment_of_a_major_version_takes_a_snapshot_and_names_the_way_back(
    deployed: Cloud, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    will_log(deployed, monkeypatch, json.dumps(REPORT))
    deploy.deploy(deployed.account, confirm=yes)
    (name,) = snapshots(deployed)
    err = capfd.readouterr().err
    assert "42 connections break during the upgrade: airflow 40, unnamed 2" in err
    assert f'database.engine_version: "16", then .venv/bin/python -m operations restore dev --snapshot {name}' in err
    assert len(deployed.tasks()) == 3, "the check before, the check after, and the migration"
    assert FakeStack.calls == ["foundation", "check", "airflow", "airflow"]


@pytest.mark.feature("C6", "D6")
@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"prepared_transactions": 2}, "2 prepared transactions are open. Fix: COMMIT PREPARED"),
        ({"replication_slots": 1}, "1 logical replication slots exist. Fix: "),
        ({"unsupported_columns": 1}, "1 columns have a reg* type that pg_upgrade does not keep. Fix: "),
        (
            {"extensions": {"postgis": ["3.3", "3.4"]}},
            "extension postgis is 3.3, the server has 3.4. Fix: ALTER EXTENS",
        ),
    ],
)
def test_database_that_rds_would_not_upgrade_is_named_before_anything_changes(
    deployed: Cloud, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], line: str
) -> None:
    will_log(deployed, monkeypatch, json.dumps(REPORT | change))
    with pytest.raises(PreconditionError, match="cannot be upgraded to PostgreSQL 17; nothing was applied") as rejected:
        deploy.deploy(deployed.account, confirm=yes)
    assert line in str(rejected.value)
    assert (snapshots(deployed), FakeStack.calls) == ([], [])


@pytest.mark.feature("C6")
def test_database_that_kept_its_version_stops_the_deployment(deployed: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    will_log(deployed, monkeypatch, json.dumps(REPORT | {"postgresql": "16.9"}))
    with pytest.raises(OperationError, match=r"the database is PostgreSQL 16.9, not 17. Fix: read the upgrade log"):
        deploy.deploy(deployed.account, confirm=yes)


@pytest.mark.feature("C6")
def test_extension_that_the_new_server_has_newer_is_named(
    deployed: Cloud, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    found = MajorUpgrade(deployed.account)
    will_log(deployed, monkeypatch, json.dumps(REPORT))
    found.prepare(PLAN)
    will_log(deployed, monkeypatch, json.dumps(REPORT | {"extensions": {"pg_trgm": ["1.5", "1.6"]}}))
    found.check()
    assert "ALTER EXTENSION pg_trgm UPDATE" in capfd.readouterr().err


@pytest.mark.feature("C6")
def test_image_that_cannot_report_is_named_before_anything_changes(deployed: Cloud) -> None:
    with pytest.raises(
        OperationError, match=f"If the image has no command {major_upgrade.REPORT}, deploy a current image first"
    ):
        deploy.deploy(deployed.account, confirm=yes)
    assert FakeStack.calls == []


@pytest.mark.feature("C6")
def test_minor_version_and_first_deployment_take_no_snapshot(deployed: Cloud) -> None:
    MajorUpgrade(deployed.account).prepare(upgrade("16.8", "16.9"))
    deployed.client("ssm").delete_parameter(Name=deployed.names.parameter("schema"))
    deploy.deploy(deployed.account, confirm=yes)
    assert snapshots(deployed) == []
