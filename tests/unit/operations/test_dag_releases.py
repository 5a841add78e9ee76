"""Releases of DAG files: whole or not at all, resumed, listed, rolled back, and the current one never expires."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from operations import dag_releases
from operations.account import Account
from operations.commands import dags as commands
from operations.dag_releases import DagReleases, archive
from operations.errors import PreconditionError
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.command_line import run


@pytest.fixture
def account(cloud: Cloud) -> Account:
    account = Cloud.account_of(Cloud.environment(dags={"delivery": "s3"}))
    account.client("s3").create_bucket(
        Bucket=account.names.bucket("dags"), CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    return account


@pytest.fixture
def dags(tmp_path: Path) -> Path:
    folder = tmp_path / "dags"
    (folder / "team" / "__pycache__").mkdir(parents=True)
    (folder / "team" / "report.py").write_text("one")
    (folder / "team" / "__pycache__" / "report.pyc").write_text("compiled")
    return folder


def released(releases: DagReleases, dags: Path, text: str, *, keep: int = 20) -> str:
    (dags / "team" / "report.py").write_text(text)
    return releases.release(dags, keep=keep)


@pytest.mark.feature("G5")
def test_release_is_current_listed_and_rolled_back(
    account: Account, dags: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    releases = DagReleases(account)
    assert releases.current() is None
    first = released(releases, dags, "one")
    time.sleep(1.1)  # S3 knows the time of an upload in seconds
    second = released(releases, dags, "two")
    assert [item.version for item in releases.all()] == [second, first]
    assert releases.current() == second
    monkeypatch.setattr(commands, "account_of", lambda *_words, **_options: account)
    code, out, err = run(tmp_path, "dags", "list", "dev", "--json")
    found = json.loads(out)
    assert (code, found["command"], found["ok"]) == (0, "dags list", True)
    assert [(item["version"], item["current"]) for item in found["items"]] == [(second, True), (first, False)]
    assert err.strip() == f"Next: {found['next']}"
    assert releases.rollback() == first == releases.current()
    with pytest.raises(PreconditionError, match="no release is older than the current one"):
        releases.rollback()
    assert releases.rollback(second) == second == releases.current()
    with pytest.raises(PreconditionError, match=rf"no release 'x'. Releases: {second}, {first}. Fix: "):
        releases.rollback("x")


@pytest.mark.feature("G5")
def test_interrupted_release_is_invisible_and_continues(
    account: Account, dags: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    releases = DagReleases(account)
    first = released(releases, dags, "one")

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(DagReleases, "_point", interrupt)
        with pytest.raises(KeyboardInterrupt):
            released(releases, dags, "two")
    assert releases.current() == first
    assert released(releases, dags, "two") == releases.current() != first
    assert "is uploaded already" in capfd.readouterr().err


@pytest.mark.feature("G5")
def test_old_releases_are_deleted_but_never_the_current_one(account: Account, dags: Path) -> None:
    releases = DagReleases(account)
    versions = [released(releases, dags, str(number)) for number in range(3)]
    releases.rollback(versions[0])
    last = released(releases, dags, "new", keep=1)
    kept = {item.version for item in releases.all()}
    assert {last, versions[0]} <= kept, "the current release, and the one before it for a way back"
    assert len(kept) < 4


@pytest.mark.feature("G5")
def test_archive_depends_on_names_and_content_only(dags: Path, tmp_path: Path) -> None:
    before = archive(dags)
    (dags / "team" / "report.py").touch()
    assert archive(dags) == before
    (dags / "team" / "report.py").rename(dags / "team" / "other.py")
    assert archive(dags) != before
    assert b".pyc" not in before


@pytest.mark.feature("G5")
def test_folders_that_are_no_release_are_rejected(dags: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PreconditionError, match=r"contains no Python file. Fix: "):
        archive(tmp_path / "absent")
    monkeypatch.setattr(dag_releases, "MAX_BYTES", 10)
    with pytest.raises(PreconditionError, match="MiB, the limit is"):
        archive(dags)
    (dags / "link.py").symlink_to(dags / "team" / "report.py")
    with pytest.raises(PreconditionError, match=r"is a symbolic link"):
        archive(dags)


@pytest.mark.feature("G5")
def test_release_needs_the_delivery_and_the_bucket(cloud: Cloud, dags: Path) -> None:
    with pytest.raises(PreconditionError, match=r"dags.delivery is baked, and releases need s3. Fix: "):
        DagReleases(cloud.account)
    account = Cloud.account_of(Cloud.environment(name="other", dags={"delivery": "s3"}))
    with pytest.raises(PreconditionError, match=r"does not exist. Fix: .*deploy other"):
        DagReleases(account).release(dags)


@pytest.mark.feature("G5")
def test_pointer_has_the_hash_of_the_archive(account: Account, dags: Path) -> None:
    version = DagReleases(account).release(dags)
    s3, bucket = account.client("s3"), account.names.bucket("dags")
    pointer = json.loads(s3.get_object(Bucket=bucket, Key="current.json")["Body"].read())
    assert pointer["version"] == version
    assert pointer["sha256"].startswith(version)
