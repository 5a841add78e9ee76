"""The archive for support: complete, and without a secret."""

from __future__ import annotations

import datetime
import json
import zipfile
from pathlib import Path

import pytest

from operations.account import Account
from operations.errors import PreconditionError
from operations.support_bundle import collect
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.test_logs import write

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def account(cloud: Cloud, folder: Path) -> Account:
    cloud.account.folder = folder
    return cloud.account


@pytest.mark.feature("O8", "S2")
def test_archive_holds_state_settings_and_logs_without_a_secret_value(
    cloud: Cloud, account: Account, tmp_path: Path
) -> None:
    password = cloud.read("database-password")
    write(cloud, "scheduler", f"connecting with {password}", "Authorization: Bearer abc123def456", "ordinary line")
    names = collect(account, target=tmp_path / "bundle.zip", since=HOUR)
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        texts = {name: archive.read(name).decode() for name in names}
    assert "ordinary line" in texts["logs/scheduler.log"]
    assert "connecting with ***" in texts["logs/scheduler.log"]
    assert json.loads(texts["status.json"])["environment"] == "dev"
    everything = "\n".join(texts.values())
    assert password not in everything
    assert "abc123def456" not in everything


@pytest.mark.feature("O8")
def test_part_that_cannot_be_read_is_replaced_by_the_reason(account: Account, tmp_path: Path) -> None:
    collect(account, target=tmp_path / "bundle.zip", since=HOUR)
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        found = json.loads(archive.read("logs/triggerer.log"))
    assert found["problem"].startswith("log group /airflow/dev/triggerer does not exist. Fix: ")


@pytest.mark.feature("O8")
def test_existing_file_is_kept(account: Account, tmp_path: Path) -> None:
    target = tmp_path / "bundle.zip"
    target.write_text("mine")
    with pytest.raises(PreconditionError, match="exists. Fix: choose another file with --out, or delete it"):
        collect(account, target=target, since=HOUR)
    assert target.read_text() == "mine"


@pytest.mark.feature("O8")
def test_interrupted_collection_leaves_no_file(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_account: Account) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("operations.support_bundle.services", interrupted)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        collect(account, target=tmp_path / "bundle.zip", since=HOUR)
    assert sorted(tmp_path.iterdir()) == before
