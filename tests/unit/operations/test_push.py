"""The image is built for the right architecture and pushed; the registry password is no argument."""

from __future__ import annotations

from pathlib import Path

import pytest

from operations.errors import OperationError, PreconditionError
from operations.push import build_and_push
from tests.unit.operations.cloud import Cloud

DOCKER = """#!/bin/sh
echo "$@" >> {log}
if [ "$1" = login ]; then cat > {password}; fi
exit {code}
"""


def docker(folder: Path, monkeypatch: pytest.MonkeyPatch, *, code: int = 0) -> Path:
    """A program named docker that writes down how it is called."""
    program, log = folder / "docker", folder / "calls"
    program.write_text(DOCKER.format(log=log, password=folder / "password", code=code))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return log


def without_image(cloud: Cloud) -> None:
    tag = {"imageTag": cloud.account.environment.airflow.image_tag}
    cloud.client("ecr").batch_delete_image(repositoryName=cloud.names.name, imageIds=[tag])


@pytest.mark.feature("O2")
def test_image_is_built_for_the_architecture_of_the_environment(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_image(cloud)
    log = docker(tmp_path, monkeypatch)
    with pytest.raises(PreconditionError, match=r"is not in the repository"):  # the fake docker pushes nothing
        build_and_push(cloud.account)
    login, build = log.read_text().splitlines()
    registry = f"{cloud.account.environment.account_id}.dkr.ecr.eu-central-1.amazonaws.com"
    assert login == f"login --username AWS --password-stdin {registry}"
    tag = cloud.account.environment.airflow.image_tag
    assert build == (
        f"buildx build --platform linux/arm64 --push --tag {registry}/airflow-dev:{tag} "
        "--file docker/airflow/Dockerfile docker"
    )


@pytest.mark.feature("O5")
def test_image_of_a_pipeline_has_both_architectures_and_a_bill_of_materials(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = docker(tmp_path, monkeypatch)
    with pytest.raises(PreconditionError, match=r"is not in the repository"):
        build_and_push(cloud.account, tag="abc", all_architectures=True)
    build = log.read_text().splitlines()[1]
    assert " --platform linux/arm64,linux/amd64 " in build
    assert ":abc --provenance=true --sbom=true " in build


@pytest.mark.feature("S2")
def test_registry_password_is_not_passed_as_an_argument(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_image(cloud)
    log = docker(tmp_path, monkeypatch, code=1)
    with pytest.raises(OperationError, match=r"docker login ended with exit code 1"):
        build_and_push(cloud.account)
    password = (tmp_path / "password").read_text()
    assert password.endswith("auth-token")
    assert password not in log.read_text()


@pytest.mark.feature("C2")
def test_existing_tag_is_not_pushed_again(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = docker(tmp_path, monkeypatch)
    assert build_and_push(cloud.account).startswith("sha256:")
    assert not log.exists()


@pytest.mark.feature("O2")
def test_missing_docker_is_reported_with_a_fix(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_image(cloud)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PreconditionError, match=r"docker is missing. Fix"):
        build_and_push(cloud.account)
