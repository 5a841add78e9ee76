"""The values that ECS would inject: made here, and handed to each service in a file of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from environments.facts import secrets as facts
from environments.facts.secrets import SPECIFICATIONS
from local.compose.backing_services import POSTGRES, REDIS
from local.compose.differences import Local
from local.compose.errors import Refused
from local.compose.parameters import write_env_file
from local.compose.project import Project

DATABASE_PASSWORD = SPECIFICATIONS[facts.DATABASE_PASSWORD].variable
BROKER_PASSWORD = SPECIFICATIONS[facts.BROKER_TOKEN].variable
FERNET_KEY = SPECIFICATIONS[facts.FERNET_KEY].variable
# Whoever opens the database again needs the values that it was made with.
TIED_TO_DATA = (DATABASE_PASSWORD, FERNET_KEY)
# The name under which each backing service takes its password.
BESIDE = {POSTGRES: (DATABASE_PASSWORD, "POSTGRES_PASSWORD"), REDIS: (BROKER_PASSWORD, "REDIS_PASSWORD")}


def make_secrets(project: Project, localized: Iterable[Local]) -> None:
    """A value for every secret, and for each service the file with those it refers to.

    Raises Refused where the database exists and the values that it was made with do not.
    """
    wanted = {one.service_name(container): container.secrets for one in localized for container in one.task.containers}
    secrets = {variable: reference for references in wanted.values() for variable, reference in references.items()}
    _refuse_strangers_data(project, secrets)
    project.parameters.make_missing(secrets)
    for service, references in wanted.items():
        _write(project, service, references)
    for service, (variable, theirs) in BESIDE.items():
        if variable in secrets:
            _write(project, service, {theirs: secrets[variable]})


def _refuse_strangers_data(project: Project, secrets: Mapping[str, str]) -> None:
    files = [project.parameters.path(secrets[variable]) for variable in TIED_TO_DATA if variable in secrets]
    lost = [str(file) for file in files if not file.exists()]
    if lost and project.volume_exists():
        raise Refused(
            f"the database {project.volume} was made with values that are gone: {', '.join(lost)}. "
            f"Fix: put them back, or start anew: make down ENV={project.environment} DATA=delete"
        )


def _write(project: Project, service: str, references: Mapping[str, str]) -> None:
    if references:
        values = {variable: project.parameters.value(reference) for variable, reference in references.items()}
        write_env_file(project.folder / "secrets" / f"{service}.env", values)
