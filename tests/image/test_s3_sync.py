"""The sidecar ``s3-sync`` in the image, and the commands that release."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from environments.load import from_data
from local.containers.engine import Container
from operations.account import Account
from operations.dag_releases import DagReleases
from tests.image.services import Services
from tests.unit.environments.cases import SMALLEST, changed

pytestmark = pytest.mark.xdist_group("s3-sync")
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-central-1"}


@pytest.fixture
def releases(aws: str, monkeypatch: pytest.MonkeyPatch) -> DagReleases:
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": aws}.items():
        monkeypatch.setenv(name, value)
    environment = from_data(changed(SMALLEST, {"dags": {"delivery": "s3"}}), source="test")
    boto3.client("s3").create_bucket(
        Bucket=environment.names.bucket("dags"), CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    return DagReleases(Account(environment))


def _eventually(what: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"not within 60 s: {what}"
        time.sleep(0.3)


def _shown(container: Container) -> str:
    return container.exec("cat", "/opt/airflow/dags/current/report.py", check=False).stdout


@pytest.mark.feature("G5")
def test_half_written_upload_is_invisible_and_a_rollback_is_seen(
    services: Services, aws: str, releases: DagReleases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "report.py"
    file.write_text("one")
    first = releases.release(tmp_path)
    environ = {**CREDENTIALS, "AWS_ENDPOINT_URL": aws, "S3SYNC_PERIOD": "1"}
    bucket = next(name["Name"] for name in boto3.client("s3").list_buckets()["Buckets"] if "dags" in name["Name"])
    sidecar = services.start("s3-sync", environ={**environ, "S3SYNC_BUCKET": bucket}, options=("--tmpfs", "/tmp"))
    _eventually("first release", lambda: _shown(sidecar) == "one")
    file.write_text("two")
    with monkeypatch.context() as patch:
        patch.setattr(DagReleases, "_point", lambda *_: None)
        second = releases.release(tmp_path)
    time.sleep(3)
    assert _shown(sidecar) == "one", "uploaded, but the pointer names the first release"
    boto3.client("s3").put_object(Bucket=bucket, Key=f"releases/{second}.zip", Body=b"PK half", Metadata={})
    assert releases.release(tmp_path) == second, "an incomplete archive is uploaded again"
    _eventually("second release", lambda: _shown(sidecar) == "two")
    assert releases.rollback(first) == first
    _eventually("roll back", lambda: _shown(sidecar) == "one")
    assert sidecar.logs().count("s3-sync: now on") == 3
    sidecar.remove()
