"""Values for the secrets of a local run: one file each, made once, readable for their owner only."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from environments.facts.secrets import GIT_BUNDLE_DEPLOY_KEY_VARIABLE, GIT_SYNC_DEPLOY_KEY_VARIABLE
from local.compose.errors import Refused

# Values that only their owner has: a key that opens somebody's repository.
GIVEN = frozenset({GIT_SYNC_DEPLOY_KEY_VARIABLE, GIT_BUNDLE_DEPLOY_KEY_VARIABLE})
BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Parameter Store as a folder: ``/airflow/dev/fernet-key`` is the file ``airflow/dev/fernet-key`` below it."""

    folder: Path

    def path(self, reference: str) -> Path:
        """The file of a parameter, given by name or by ARN."""
        name = PurePosixPath(reference.rsplit(":parameter", 1)[-1].lstrip("/"))
        if ".." in name.parts or not name.parts:
            raise Refused(f"{reference!r} is no name of a parameter")
        return self.folder / name

    def make_missing(self, secrets: Mapping[str, str]) -> list[Path]:
        """Make a value for every parameter of ``secrets`` (variable to reference) that has none; the new files.

        32 random bytes in URL-safe base64 serve as password, signing key and Fernet key alike. Raises Refused for a
        value that cannot be made up.
        """
        missing = {variable: path for variable, name in secrets.items() if not (path := self.path(name)).exists()}
        for variable, path in missing.items():
            if variable in GIVEN:
                raise Refused(f"{variable} has no value. Fix: write the key to {path}, or leave DELIVERY=git out")
        paths = sorted(set(missing.values()))
        for path in paths:
            write_private(path, base64.urlsafe_b64encode(os.urandom(BYTES)).decode())
        return paths

    def value(self, reference: str) -> str:
        """The value of a parameter; raises Refused when its file cannot be read."""
        try:
            return self.path(reference).read_text().rstrip("\n")
        except OSError as error:
            raise Refused(f"{error.filename}: {error.strerror}. Fix: make up") from error


def write_env_file(file: Path, values: Mapping[str, str]) -> None:
    """Variables as Compose reads them without interpreting anything (``format: raw``): a line each.

    The end of a line inside a value becomes ``\\n``, which the image reads as the end of a line.
    """
    lines = [f"{name}={value}".replace("\n", "\\n") for name, value in sorted(values.items())]
    write_private(file, "".join(f"{line}\n" for line in lines))


def write_private(file: Path, text: str) -> None:
    """Write a file (mode 0600, folders 0700) at once or not at all."""
    _private_folders(file.parent)
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    fresh.replace(file)


def _private_folders(folder: Path) -> None:
    missing: Iterable[Path] = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed([*missing]):
        one.mkdir(mode=0o700, exist_ok=True)
