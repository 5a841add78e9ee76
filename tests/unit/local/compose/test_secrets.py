"""Secret values are generated once and written only to the files of the services that refer to them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from local.compose import secrets as secrets_module
from local.compose.errors import PreconditionError
from local.compose.project import Project
from local.compose.secrets import make_secrets
from tests.unit.environments.cases import GIT_SSH
from tests.unit.local.compose.compose_fixtures import definitions, environment_of, localized, written


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(Project, "volume_exists", lambda _: False)
    return Project(environment="dev", home=tmp_path)


def values(project: Project) -> dict[str, str]:
    return {file.name: file.read_text() for file in project.parameters.folder.rglob("*") if file.is_file()}


@pytest.mark.feature("R2")
def test_no_secret_value_in_the_generated_compose_file(project: Project) -> None:
    deployment = environment_of("celery")
    make_secrets(project, localized(deployment))
    text = written(deployment, project)
    assert set(values(project)) == {
        "admin-password", "api-secret-key", "broker-auth-token", "database-password", "fernet-key", "jwt-secret",
    }  # fmt: skip
    assert not [name for name, value in values(project).items() if value in text]


@pytest.mark.feature("R2")
@pytest.mark.parametrize("topology", ["single", "celery"])
def test_each_service_gets_the_secrets_of_its_definition_and_no_others(project: Project, topology: str) -> None:
    deployment = environment_of(topology)
    make_secrets(project, localized(deployment))
    for task, containers in definitions(deployment).items():
        for container in containers:
            name = task if container["essential"] else f"{task}-{container['name']}"
            file = project.folder / "secrets" / f"{name}.env"
            given = [line.split("=", 1)[0] for line in file.read_text().splitlines()] if file.exists() else []
            assert given == sorted(secret["name"] for secret in container["secrets"]), name


def test_values_are_readable_by_their_owner_only_and_kept(project: Project) -> None:
    locals_ = localized(environment_of("celery"))
    make_secrets(project, locals_)
    before = values(project)
    make_secrets(project, locals_)
    assert values(project) == before
    files = [file for file in project.folder.rglob("*") if file.is_file()]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(project.folder.stat().st_mode) == 0o700


def test_missing_values_of_an_existing_database_are_rejected(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    locals_ = localized(environment_of("celery"))
    monkeypatch.setattr(Project, "volume_exists", lambda _: True)
    with pytest.raises(PreconditionError, match=r"database-password.*fernet-key.*Fix: .*make down ENV=dev DATA=delete"):
        make_secrets(project, locals_)
    assert not project.folder.exists()


def test_deploy_key_is_required_and_never_generated(project: Project) -> None:
    deployment = environment_of("celery", dags=GIT_SSH)
    with pytest.raises(
        PreconditionError, match=r"GITSYNC_DEPLOY_KEY has no value. Fix: write the key to .*git-deploy-key"
    ):
        make_secrets(project, localized(deployment, mount_dags=False))
    make_secrets(project, localized(deployment, mount_dags=True))


def test_generated_values_are_valid_fernet_keys(project: Project) -> None:
    from cryptography.fernet import Fernet

    make_secrets(project, localized(environment_of("celery")))
    Fernet(values(project)["fernet-key"])
    assert len(set(values(project).values())) == 6
    assert set(secrets_module.BOUND_TO_DATABASE) == {"AIRFLOW_DB_PASSWORD", "AIRFLOW__CORE__FERNET_KEY"}
