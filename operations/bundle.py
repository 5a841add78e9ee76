"""A Terraform root as a self-contained archive: synthesized JSON, lock file of the providers, nothing else."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from terraform_harness.terraform import cli_configuration, mirror
from terraform_harness.tools import locate

from environments import atomic_file
from environments.secret_text import holds_credentials
from operations.errors import OperationError, PreconditionError

ROOT_FILE = "cdk.tf.json"
LOCK_FILE = ".terraform.lock.hcl"
PLATFORM = "linux_amd64"
"""The platform of HCP Terraform's workers."""
LOCK_SECONDS = 600
_OUTSIDE = re.compile(r"\.\./|\b(?:file|filebase64|fileset|templatefile|file(?:base64)?(?:md5|sha\d+))\(")


def root_files(root: Path, *, locks: dict[str, str] | None = None) -> dict[str, bytes]:
    """The files of the Terraform root ``root`` that Terraform needs elsewhere, by name.

    Args:
        root: folder of the root.
        locks: lock files by required providers, to be shared by several roots: the AWS provider has 700 MB.

    Raises:
        PreconditionError: the root refers to files outside, keeps its state on this machine, or contains a credential.
        OperationError: the checksums of the providers cannot be determined.
    """
    content = (root / ROOT_FILE).read_bytes()
    document = json.loads(content)
    problems = list(_problems(document))
    if problems:
        raise PreconditionError("\n".join(f"{root.name}: {problem}" for problem in problems))
    locks = {} if locks is None else locks
    providers = json.dumps(_required_providers(document), sort_keys=True)
    if providers not in locks:
        locks[providers] = lock_file(document)
    return {LOCK_FILE: locks[providers].encode(), ROOT_FILE: content}


def _required_providers(document: Mapping[str, Any]) -> Any:
    return document.get("terraform", {}).get("required_providers", {})


def pack(files: Mapping[str, bytes]) -> bytes:
    """A ``tar.gz`` with ``files``; the same files always give the same bytes."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(files[name]), 0o644
            archive.addfile(entry, io.BytesIO(files[name]))
    return packed.getvalue()


def digest(archive: bytes) -> str:
    """SHA-256 of ``archive`` in hexadecimal digits."""
    return sha256(archive).hexdigest()


def _problems(document: Mapping[str, Any]) -> Iterator[str]:
    if "local" in document.get("terraform", {}).get("backend", {}):
        yield "the state is in a local file. Fix: set state.backend to cloud or s3, or use --organization"
    for where, text in _strings(document, ""):
        if _OUTSIDE.search(text):
            yield f"{where}: refers to a file outside the archive. Fix: put the value into the configuration"
        if holds_credentials(text):
            yield f"{where}: looks like a credential. Fix: keep it in Parameter Store and refer to it"


def _strings(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _strings(item, f"{where}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _strings(item, f"{where}[{index}]")


def lock_file(document: Mapping[str, Any]) -> str:
    """The lock file of the providers that ``document`` requires, with their checksums for ``PLATFORM``.

    Raises:
        OperationError: Terraform finds a provider neither in a mirror nor in the registry.
    """
    requirements = {"terraform": {"required_providers": _required_providers(document)}}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / ROOT_FILE).write_text(json.dumps(requirements), encoding="utf-8")
        found = mirror.find()
        source = [f"-fs-mirror={found}"] if found else []
        command = [str(locate("terraform")), "providers", "lock", "-no-color", f"-platform={PLATFORM}", *source]
        environment = {"PATH": "/usr/bin:/bin", "HOME": name, **_passed_on()}
        environment["TF_CLI_CONFIG_FILE"] = str(cli_configuration.path())
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=LOCK_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise OperationError(f"terraform providers lock did not end within {LOCK_SECONDS} s. {_FIX}") from None
        if done.returncode:
            raise OperationError(f"terraform providers lock:\n{done.stderr.strip()}\n{_FIX}")
        lock = folder / LOCK_FILE
        return lock.read_text(encoding="utf-8") if lock.exists() else ""


_FIX = f"Fix: allow access to registry.terraform.io, or name a folder of providers in {mirror.VARIABLE}"


def _passed_on() -> dict[str, str]:
    names = ("PATH", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "TMPDIR")
    return {name: os.environ[name] for name in names if name in os.environ}


def write(archive: bytes, file: Path) -> None:
    """Write ``archive`` to ``file``; a reader sees the old or the new file, never a part.

    Raises:
        PreconditionError: the file cannot be written.
    """
    try:
        atomic_file.write(file, archive)
    except OSError as error:
        raise PreconditionError(f"{file}: {error.strerror}. Fix: name a folder that can be written") from None
