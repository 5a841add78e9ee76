"""Snapshots of the metadata database: named by the time, continued, listed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from operations.backup import backup, backups
from operations.errors import PreconditionError
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.command_line import run


@pytest.mark.feature("D6")
def test_backup_prints_the_command_that_restores_it(folder: Path, cloud: Cloud) -> None:
    code, out, err = run(folder, "backup", "dev", "--json")
    found = json.loads(out)
    assert code == 0
    assert re.fullmatch(r"airflow-dev-backup-\d{8}t\d{6}z", found["snapshot"])
    assert f"restore dev --snapshot {found['snapshot']} --folder" in found["restore"]
    assert found["restore"] in err
    assert found["snapshot"] in {item["snapshot"] for item in backups(cloud.account)}


@pytest.mark.feature("D6")
def test_interrupted_backup_waits_for_the_snapshot_that_it_ordered(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = backup(cloud.account)["snapshot"]
    rds, described = cloud.account.client("rds"), []
    find = rds.describe_db_snapshots

    def creating(**arguments: str) -> object:
        answer = find(**arguments)
        described.append(arguments)
        if len(described) < 3:
            next(item for item in answer["DBSnapshots"] if item["DBSnapshotIdentifier"] == first).update(
                {"Status": "creating", "PercentProgress": 40}
            )
        return answer

    monkeypatch.setattr(rds, "describe_db_snapshots", creating)
    pages = type("Pages", (), {"paginate": staticmethod(lambda **arguments: [creating(**arguments)])})
    monkeypatch.setattr(rds, "get_paginator", lambda _name: pages)
    assert backup(cloud.account)["snapshot"] == first
    assert f"snapshot {first}: 40 %" in capsys.readouterr().err


@pytest.mark.feature("D6")
def test_backup_of_a_stopped_database_names_the_daily_snapshots(cloud: Cloud) -> None:
    cloud.client("rds").stop_db_instance(DBInstanceIdentifier=cloud.names.name)
    with pytest.raises(PreconditionError, match=r"stopped, so AWS cannot take a snapshot. Fix: .* wake dev, then"):
        backup(cloud.account)


@pytest.mark.feature("D6")
def test_backups_lists_the_newest_first(folder: Path, cloud: Cloud) -> None:
    for name in ("one", "two"):
        cloud.client("rds").create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier=cloud.names.name)
    code, out, err = run(folder, "backups", "dev")
    assert (code, [line.split()[-1] for line in out.splitlines()][:2]) == (0, ["two", "one"])
    assert "restore dev --snapshot NAME" in err.splitlines()[-1]
