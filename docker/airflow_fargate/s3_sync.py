"""The sidecar ``s3-sync``: keeps ``$S3SYNC_ROOT/current`` on the release that ``current.json`` in a bucket names.

A release is one ZIP archive below ``releases/``, whose SHA-256 the pointer contains: an upload that has not ended, or
a changed archive, never becomes the DAG folder.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_fargate.dag_folders import DagFolders
from airflow_fargate.following import Following, end_at_sigterm
from airflow_fargate.startup_error import StartupError

POINTER = "current.json"
# The version of an environment without a release: Airflow starts with an empty DAG folder.
NONE = "none"


class ReleaseError(Exception):
    """Raised when a release cannot be used. The message is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of s3-sync.

    Args:
        bucket: bucket of the releases.
        following: the DAG folder, and how often to look at the pointer.
    """

    bucket: str
    following: Following

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings from ``environ``; raises StartupError for a missing or malformed variable."""
        bucket = environ.get("S3SYNC_BUCKET")
        if not bucket:
            raise StartupError("S3SYNC_BUCKET is missing or empty. Fix: set the bucket of the DAG releases")
        return cls(bucket=bucket, following=Following.of(environ, prefix="S3SYNC", period="60"))


class Releases:
    """The releases in a bucket, and one folder for each kept release."""

    def __init__(self, settings: Settings, *, s3: Any) -> None:
        self._bucket, self._s3 = settings.bucket, s3
        root = settings.following.root
        self._folders = DagFolders(root=root, store=root / ".s3-sync")

    @property
    def version(self) -> str | None:
        """The release that ``current`` points to; None before the first."""
        return self._folders.current

    def follow(self) -> str | None:
        """Switch to the release that the pointer names.

        Returns:
            The new release, or None where nothing changed.

        Raises:
            ReleaseError: the bucket cannot be read, or the release is not complete.
        """
        pointer = self._pointer()
        version = pointer["version"] if pointer else self.version or NONE
        if version == self.version:
            return None
        fill = self._archive(pointer).extractall if pointer else _leave_empty
        self._folders.switch(version, fill)
        return version

    def _pointer(self) -> dict[str, str] | None:
        body = self._read(POINTER)
        if body is None:
            return None
        try:
            pointer = json.loads(body)
            version, digest = pointer["version"], pointer["sha256"]
            valid = re.fullmatch(r"[0-9a-f]{12,64}", version) and re.fullmatch(r"[0-9a-f]{64}", digest)
        except (ValueError, TypeError, KeyError):
            valid = None
        if not valid:
            raise ReleaseError(
                f"{POINTER} does not name a release. Fix: python -m operations dags rollback ENV VERSION"
            )
        return {"version": version, "sha256": digest}

    def _archive(self, pointer: Mapping[str, str]) -> zipfile.ZipFile:
        key = f"releases/{pointer['version']}.zip"
        body = self._read(key)
        if body is None:
            raise ReleaseError(f"{key} does not exist")
        if hashlib.sha256(body).hexdigest() != pointer["sha256"]:
            raise ReleaseError(
                f"the SHA-256 of {key} differs from that in {POINTER}: the archive is incomplete or was changed"
            )
        return zipfile.ZipFile(io.BytesIO(body))

    def _read(self, key: str) -> bytes | None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            body: bytes = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise ReleaseError(f"s3://{self._bucket}/{key}: {error}") from error
        except BotoCoreError as error:
            raise ReleaseError(f"s3://{self._bucket}/{key}: {error}") from error
        return body


def _leave_empty(_folder: Path) -> None:
    """Write nothing: there is no release."""


def run(settings: Settings, *, s3: Any) -> int:
    """Follow the pointer until SIGTERM, or with ``one_time`` until the first release.

    Returns:
        0, or 1 where ``one_time`` ended without a folder.
    """
    releases = Releases(settings, s3=s3)

    def update() -> None:
        if switched := releases.follow():
            print(f"s3-sync: now on {switched}", flush=True)

    return settings.following.run(
        "s3-sync",
        update=update,
        version=lambda: releases.version,
        errors=(ReleaseError, OSError, zipfile.BadZipFile),
        message=lambda text: f"{text}; next try in {settings.following.period:g} s",
    )


def main() -> int:
    """Run s3-sync with the settings of the environment."""
    end_at_sigterm()
    try:
        settings = Settings.of(os.environ)
    except StartupError as error:
        print(f"s3-sync: {error}", file=sys.stderr, flush=True)
        return error.exit_code
    import boto3

    return run(settings, s3=boto3.client("s3"))


if __name__ == "__main__":
    sys.exit(main())
