"""Secret values of a local run: generated once, and written to one file for each service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from environments.facts import secrets as facts
from environments.facts.secrets import SPECIFICATIONS
from local.compose.backing_services import POSTGRES, REDIS
from local.compose.differences import LocalTask
from local.compose.errors import PreconditionError
from local.compose.parameters import write_env_file
from local.compose.project import Project

DATABASE_PASSWORD = SPECIFICATIONS[facts.DATABASE_PASSWORD].variable
BROKER_PASSWORD = SPECIFICATIONS[facts.BROKER_TOKEN].variable
FERNET_KEY = SPECIFICATIONS[facts.FERNET_KEY].variable
# An existing database can only be used with the values that it was created with.
BOUND_TO_DATABASE = (DATABASE_PASSWORD, FERNET_KEY)
# Backing service -> the component's variable and the backing service's variable for the same password.
PASSWORD_VARIABLES = {
    POSTGRES: (DATABASE_PASSWORD, "POSTGRES_PASSWORD"),
    REDIS: (BROKER_PASSWORD, "REDIS_PASSWORD"),
}


def make_secrets(project: Project, tasks: Iterable[LocalTask]) -> None:
    """Generate missing secret values, and write each service's file with the values that its definition names.

    Raises:
        PreconditionError: the database exists, but a value that it was created with is missing.
    """
    by_service = {
        task.service_name(container): container.secrets for task in tasks for container in task.task.containers
    }
    secrets = {variable: reference for references in by_service.values() for variable, reference in references.items()}
    _check_values_of_existing_database(project, secrets)
    project.parameters.make_missing(secrets)
    for service, references in by_service.items():
        _write(project, service, references)
    for service, (variable, service_variable) in PASSWORD_VARIABLES.items():
        if variable in secrets:
            _write(project, service, {service_variable: secrets[variable]})


def _check_values_of_existing_database(project: Project, secrets: Mapping[str, str]) -> None:
    files = [project.parameters.path(secrets[variable]) for variable in BOUND_TO_DATABASE if variable in secrets]
    missing = [str(file) for file in files if not file.exists()]
    if missing and project.volume_exists():
        raise PreconditionError(
            f"the database {project.volume} needs the values that it was created with, and these are missing: "
            f"{', '.join(missing)}. "
            f"Fix: restore the files, or delete the database: make down ENV={project.environment} DATA=delete"
        )


def _write(project: Project, service: str, references: Mapping[str, str]) -> None:
    if references:
        values = {variable: project.parameters.value(reference) for variable, reference in references.items()}
        write_env_file(project.folder / "secrets" / f"{service}.env", values)
