"""Releases of DAG files in S3: an archive for each version, and a pointer to the current one, written last.

Nothing reads an archive before the pointer names it, and the pointer contains its SHA-256. The version of a release is
the beginning of that hash: a release that was interrupted continues with what is uploaded.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations.account import Account, missing
from operations.errors import PreconditionError
from operations.progress import say, step

POINTER, FOLDER, ENDING = "current.json", "releases/", ".zip"
VERSION_DIGITS = 12
KEPT = 20
MAX_BYTES = 100 * 2**20
"""Every component downloads the whole archive. One PutObject takes 5 GiB."""
SKIPPED = ("__pycache__", ".git", ".venv", ".pytest_cache", ".mypy_cache", ".ruff_cache")
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Release:
    """A release in the bucket.

    Attributes:
        version: its version.
        sha256: hash of its archive; empty when the object has none.
        size: bytes of its archive.
        uploaded: time of its upload.
    """

    version: str
    size: int
    uploaded: datetime.datetime


def archive(folder: Path) -> bytes:
    """The files below ``folder`` as a ZIP archive that depends on their content and names only.

    Raises:
        PreconditionError: there is no DAG file, a file is a link, or the archive is too large.
    """
    files = sorted(_files(folder), key=lambda file: file.relative_to(folder).as_posix())
    if not any(file.suffix == ".py" for file in files):
        raise PreconditionError(f"{folder} contains no Python file. Fix: name the folder of the DAG files")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for file in files:
            info = zipfile.ZipInfo(file.relative_to(folder).as_posix(), EPOCH)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            target.writestr(info, file.read_bytes())
    if packed.tell() > MAX_BYTES:
        raise PreconditionError(
            f"the archive of {folder} has {packed.tell() // 2**20} MiB, the limit is {MAX_BYTES // 2**20}. Fix: remove "
            "data and packages from the folder; packages belong in the image"
        )
    return packed.getvalue()


def require_delivery(account: Account) -> None:
    """Raise PreconditionError when the environment follows no releases."""
    delivery = account.environment.dags.delivery
    if delivery != "s3":
        raise PreconditionError(
            f"{account.file}: dags.delivery is {delivery}, and releases need s3. Fix: set dags.delivery: s3, then "
            f"{account.command('deploy')}"
        )


def require_release(account: Account, folder: Path) -> None:
    """Raise PreconditionError when the environment follows no releases, or ``folder`` is none; AWS is not called."""
    require_delivery(account)
    if not folder.is_dir():
        raise PreconditionError(f"{folder} is not a folder. Fix: name the folder of the DAG files with --dags")
    archive(folder)


def _files(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        if any(part in SKIPPED for part in file.relative_to(folder).parts):
            continue
        if file.is_symlink():
            raise PreconditionError(f"{file} is a symbolic link, which an archive cannot contain. Fix: copy the file")
        if file.is_file():
            yield file


class DagReleases:
    """The releases of one environment."""

    def __init__(self, account: Account) -> None:
        require_delivery(account)
        self._account, self._s3 = account, account.client("s3")
        self._bucket = account.names.bucket("dags")

    def current(self) -> str | None:
        """The current version; None before the first release."""
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=POINTER)["Body"].read()
        except self._s3.exceptions.ClientError as error:
            if missing(error, "NoSuchBucket"):
                raise PreconditionError(
                    f"the bucket {self._bucket} does not exist. Fix: {self._account.command('deploy')}"
                ) from None
            if missing(error, "NoSuchKey"):
                return None
            raise
        return str(json.loads(body)["version"])

    def all(self) -> list[Release]:
        """All releases, the newest first."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=FOLDER)
        found = [
            Release(item["Key"].removeprefix(FOLDER).removesuffix(ENDING), item["Size"], item["LastModified"])
            for page in pages
            for item in page.get("Contents", ())
        ]
        return sorted(found, key=lambda release: (release.uploaded, release.version), reverse=True)

    def release(self, folder: Path, *, keep: int = KEPT) -> str:
        """Upload the files below ``folder``, make them the current release, and delete old releases.

        Args:
            keep: releases that stay in addition to the current and the previous one.

        Returns:
            The version.
        """
        body = archive(folder)
        digest = hashlib.sha256(body).hexdigest()
        version, previous = digest[:VERSION_DIGITS], self.current()
        if self._is_complete(version, digest):
            say(f"release {version} is uploaded already")
        else:
            with step(f"upload release {version}, {len(body):,} bytes"):
                self._s3.put_object(
                    Bucket=self._bucket,
                    Key=_key(version),
                    Body=body,
                    ContentType="application/zip",
                    Metadata={"sha256": digest},
                )
        self._point(version, digest)
        self._delete_old(keep, staying={version, previous or version})
        return version

    def rollback(self, version: str | None = None) -> str:
        """Make ``version``, or the release that was uploaded before the current one, the current release.

        Raises:
            PreconditionError: there is no such release.
        """
        current, versions = self.current(), [release.version for release in self.all()]
        if version is None:
            older = versions[versions.index(current) + 1 :] if current in versions else []
            if not older:
                raise PreconditionError(f"no release is older than the current one ({current}). Fix: name a VERSION")
            version = older[0]
        if version not in versions:
            known = ", ".join(versions[:KEPT]) or "none"
            raise PreconditionError(f"no release {version!r}. Releases: {known}. Fix: name one of them")
        digest = self._digest(version)
        if not digest:
            raise PreconditionError(f"release {version} has no SHA-256. Fix: release the DAG files again")
        self._point(version, digest)
        return version

    def _is_complete(self, version: str, digest: str) -> bool:
        try:
            return self._digest(version) == digest
        except self._s3.exceptions.ClientError as error:
            if missing(error, "404", "NoSuchKey"):
                return False
            raise

    def _digest(self, version: str) -> str:
        found: dict[str, Any] = self._s3.head_object(Bucket=self._bucket, Key=_key(version))
        return str(found["Metadata"].get("sha256", ""))

    def _point(self, version: str, digest: str) -> None:
        body = json.dumps({"version": version, "sha256": digest}, sort_keys=True)
        self._s3.put_object(Bucket=self._bucket, Key=POINTER, Body=body.encode(), ContentType="application/json")

    def _delete_old(self, keep: int, *, staying: set[str]) -> None:
        old: Sequence[str] = [release.version for release in self.all()[keep:] if release.version not in staying]
        for version in old:
            self._s3.delete_object(Bucket=self._bucket, Key=_key(version))
        if old:
            say(f"{len(old)} old releases deleted")


def _key(version: str) -> str:
    return f"{FOLDER}{version}{ENDING}"
