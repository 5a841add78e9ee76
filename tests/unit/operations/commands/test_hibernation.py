"""Commands that stop and start an environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from operations.account import PYTHON, Account
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.command_line import run


@pytest.mark.feature("O2")
def test_missing_database_is_reported_with_exit_code_2(folder: Path, cloud: Cloud) -> None:
    cloud.client("rds").delete_db_instance(DBInstanceIdentifier=cloud.names.name, SkipFinalSnapshot=True)
    code, _, err = run(folder, "wake", "dev")
    assert code == 2
    assert (
        err.splitlines()[-1]
        == f"database airflow-dev does not exist. Fix: {PYTHON} -m operations deploy dev --folder {folder}"
    )


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
