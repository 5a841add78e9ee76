"""The sidecar ``s3-sync`` shows whole releases only."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import boto3
import pytest
from airflow_fargate.s3_sync import POINTER, ReleaseError, Releases, Settings, run
from airflow_fargate.startup_error import StartupError
from moto import mock_aws

BUCKET = "dags"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


def archive(text: str) -> tuple[str, bytes]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        target.writestr("team/report.py", text)
    digest = hashlib.sha256(packed.getvalue()).hexdigest()
    return digest, packed.getvalue()


def upload(s3: Any, text: str) -> str:
    digest, body = archive(text)
    s3.put_object(Bucket=BUCKET, Key=f"releases/{digest[:12]}.zip", Body=body)
    return digest


def point(s3: Any, digest: str) -> None:
    body = json.dumps({"version": digest[:12], "sha256": digest})
    s3.put_object(Bucket=BUCKET, Key=POINTER, Body=body.encode())


def settings(root: Path, **changes: str) -> Settings:
    variables = {"S3SYNC_BUCKET": BUCKET, "S3SYNC_ROOT": str(root), "AIRFLOW_WAIT_SECONDS": "0"}
    return Settings.of(variables | changes)


def shown(root: Path) -> str:
    return (root / "current" / "team" / "report.py").read_text()


@pytest.mark.feature("G5")
def test_release_is_seen_when_the_pointer_names_it_and_rollback_shows_the_former_one(s3: Any, tmp_path: Path) -> None:
    releases = Releases(settings(tmp_path), s3=s3)
    first = upload(s3, "one")
    point(s3, first)
    assert releases.follow() == first[:12]
    assert shown(tmp_path) == "one"
    second = upload(s3, "two")
    assert releases.follow() is None, "uploaded, but not yet released"
    point(s3, second)
    assert (releases.follow(), shown(tmp_path)) == (second[:12], "two")
    point(s3, first)
    assert (releases.follow(), shown(tmp_path)) == (first[:12], "one")


@pytest.mark.feature("G5")
def test_incomplete_or_changed_archive_never_becomes_the_dag_folder(s3: Any, tmp_path: Path) -> None:
    releases = Releases(settings(tmp_path), s3=s3)
    first = upload(s3, "one")
    point(s3, first)
    releases.follow()
    digest, body = archive("two")
    point(s3, digest)
    with pytest.raises(ReleaseError, match="does not exist"):
        releases.follow()
    s3.put_object(Bucket=BUCKET, Key=f"releases/{digest[:12]}.zip", Body=body[:-20])
    with pytest.raises(ReleaseError, match=r"the SHA-256 of .* differs from that in"):
        releases.follow()
    s3.put_object(Bucket=BUCKET, Key=POINTER, Body=b"{")
    with pytest.raises(ReleaseError, match=r"does not name a release. Fix: "):
        releases.follow()
    s3.put_object(Bucket=BUCKET, Key=POINTER, Body=b'{"version": "../../tmp", "sha256": "0"}')
    with pytest.raises(ReleaseError, match="does not name a release"):
        releases.follow()
    assert shown(tmp_path) == "one"


@pytest.mark.feature("G5")
def test_environment_without_a_release_starts_with_an_empty_dag_folder(s3: Any, tmp_path: Path) -> None:
    assert run(settings(tmp_path, S3SYNC_ONE_TIME="true"), s3=s3) == 0
    assert list((tmp_path / "current").iterdir()) == []


@pytest.mark.feature("G5")
def test_lost_pointer_keeps_the_running_release(s3: Any, tmp_path: Path) -> None:
    releases = Releases(settings(tmp_path), s3=s3)
    first = upload(s3, "one")
    point(s3, first)
    releases.follow()
    s3.delete_object(Bucket=BUCKET, Key=POINTER)
    assert releases.follow() is None
    assert shown(tmp_path) == "one"


@pytest.mark.feature("G5")
def test_bucket_that_cannot_be_read_ends_the_first_download(
    s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(settings(tmp_path, S3SYNC_ONE_TIME="true", S3SYNC_BUCKET="absent"), s3=s3) == 1
    assert "s3-sync: s3://absent/current.json: " in capsys.readouterr().err


@pytest.mark.feature("G5")
@pytest.mark.parametrize("changes", [{"S3SYNC_BUCKET": ""}, {"S3SYNC_PERIOD": "0"}, {"S3SYNC_PERIOD": "x"}])
def test_missing_or_wrong_settings_are_rejected(changes: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(StartupError, match=next(iter(changes))):
        settings(tmp_path, **changes)
