"""Parameter Store as a folder: one file for each secret value, readable by its owner only."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from environments import atomic_file
from environments.facts.secrets import GIT_BUNDLE_DEPLOY_KEY_VARIABLE, GIT_SYNC_DEPLOY_KEY_VARIABLE
from local.compose.errors import PreconditionError

# Secrets that cannot be generated: a deploy key belongs to an existing repository.
USER_PROVIDED = (GIT_SYNC_DEPLOY_KEY_VARIABLE, GIT_BUNDLE_DEPLOY_KEY_VARIABLE)
"""Beginnings of the variables: the key of a team has a suffix."""
BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Values by parameter name: ``/airflow/dev/fernet-key`` is the file ``airflow/dev/fernet-key`` below ``folder``."""

    folder: Path

    def path(self, reference: str) -> Path:
        """The file of a parameter, given by name or ARN; raises PreconditionError for a path outside the folder."""
        name = PurePosixPath(reference.rsplit(":parameter", 1)[-1].lstrip("/"))
        if ".." in name.parts or not name.parts:
            raise PreconditionError(f"{reference!r} is not a parameter name")
        return self.folder / name

    def make_missing(self, secrets: Mapping[str, str]) -> list[Path]:
        """Generate a value for every parameter that has none.

        32 random bytes in URL-safe base64 are valid as password, signing key and Fernet key.

        Args:
            secrets: variable of the container -> reference to the parameter.

        Returns:
            The new files.

        Raises:
            PreconditionError: a value is missing that only the user can provide.
        """
        missing = {variable: path for variable, name in secrets.items() if not (path := self.path(name)).exists()}
        for variable, path in missing.items():
            if variable.startswith(USER_PROVIDED):
                raise PreconditionError(f"{variable} has no value. Fix: write the key to {path}, or omit DELIVERY=git")
        paths = sorted(set(missing.values()))
        for path in paths:
            write_private(path, base64.urlsafe_b64encode(os.urandom(BYTES)).decode())
        return paths

    def value(self, reference: str) -> str:
        """The value of a parameter; raises PreconditionError where its file cannot be read."""
        try:
            return self.path(reference).read_text().rstrip("\n")
        except OSError as error:
            raise PreconditionError(f"{error.filename}: {error.strerror}. Fix: make up") from error


def write_env_file(file: Path, values: Mapping[str, str]) -> None:
    """Write variables in Compose's ``raw`` format, one a line.

    A newline inside a value becomes ``\\n``, which the image turns back into a newline.
    """
    lines = [f"{name}={value}".replace("\n", "\\n") for name, value in sorted(values.items())]
    write_private(file, "".join(f"{line}\n" for line in lines))


def write_private(file: Path, text: str) -> None:
    """Write a file atomically, with mode 0600 and mode 0700 for new folders."""
    _private_folders(file.parent)
    atomic_file.write(file, text, mode=0o600)


def _private_folders(folder: Path) -> None:
    missing: Iterable[Path] = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed([*missing]):
        path.mkdir(mode=0o700, exist_ok=True)
