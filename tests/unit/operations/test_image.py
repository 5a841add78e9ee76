"""The image must be in the repository and fit the processor architecture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from operations import image
from operations.errors import PreconditionError
from tests.unit.operations.cloud import Cloud


@pytest.mark.feature("T6")
def test_image_for_another_architecture_is_rejected(cloud: Cloud) -> None:
    assert image.check(cloud.account).startswith("sha256:")
    amd = Cloud.account_of(Cloud.environment(architecture="X86_64"))
    assert image.check(amd).startswith("sha256:")
    tag = cloud.account.environment.airflow.image_tag
    cloud.client("ecr").batch_delete_image(repositoryName=cloud.names.name, imageIds=[{"imageTag": tag}])
    cloud.push_image(["amd64"])
    with pytest.raises(
        PreconditionError, match=r"is for amd64, the task definitions need arm64 .*build it for linux/arm64"
    ):
        image.check(cloud.account)


@pytest.mark.feature("T6")
def test_missing_image_is_rejected(cloud: Cloud) -> None:
    other = Cloud.account_of(Cloud.environment(airflow={"image_tag": "next"}))
    with pytest.raises(PreconditionError, match=r"image airflow-dev:next is not in the repository"):
        image.check(other)


@pytest.mark.feature("T6")
def test_architecture_of_a_single_platform_image_is_read_from_its_configuration(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = {"config": {"digest": "sha256:" + "1" * 64}}
    (tmp_path / "config.json").write_text(json.dumps({"architecture": "amd64"}))
    url = {"downloadUrl": (tmp_path / "config.json").as_uri()}
    ecr = cloud.client("ecr")
    monkeypatch.setattr(ecr, "get_download_url_for_layer", lambda **_: url, raising=False)
    monkeypatch.setattr(cloud.account, "client", lambda _: ecr)
    assert image._platforms(cloud.account, manifest) == {"amd64"}
