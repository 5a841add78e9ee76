"""Reports what this machine and the AWS account lack, each with its fix. Changes nothing."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from terraform_harness import tools

from environments import Environment
from operations.account import Account
from operations.bootstrap import bucket_exists
from operations.errors import PreconditionError
from operations.image import PROCESSORS

TERRAFORM = (1, 11)
"""Write-only arguments came with 1.11, the lock file in S3 with 1.10."""
NODE = (20,)
PYTHON = (3, 11)
TIMEOUT_SECONDS = 30
MACHINES = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
"""Names of the processor architecture by Python and by container images."""


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Args:
        what: what was checked.
        needed_for: what does not work without it.
        fix: None when the check passes.
        optional: most of the project works without it.
    """

    what: str
    needed_for: str
    fix: str | None = None
    optional: bool = False

    @property
    def text(self) -> str:
        """The result for people: a line, and a second one with the fix."""
        mark = "      ok" if not self.fix else "optional" if self.optional else " missing"
        fix = f"\n          Fix: {self.fix}" if self.fix else ""
        return f"{mark}  {self.what}: {self.needed_for}{fix}"

    @property
    def item(self) -> dict[str, Any]:
        """The result for programs."""
        return {**asdict(self), "ok": self.fix is None}


def machine(architecture: str = "ARM64") -> Iterator[Finding]:
    """Check the programs on this machine.

    Args:
        architecture: of the environment whose image is built here, ``ARM64`` or ``X86_64``.
    """
    here = ".".join(map(str, sys.version_info[:2]))
    yield Finding(
        f"Python {here}", "everything", None if sys.version_info >= PYTHON else "install Python 3.11 or newer"
    )
    yield _program("node", NODE, flag="--version", needed_for="synthesis", fix="install Node.js")
    fix = "install Terraform and put it on PATH"
    yield _program("terraform", TERRAFORM, flag="version", needed_for="plan, deploy, demo", fix=fix)
    yield _tool("provider-mirror", "plan and deploy without a registry (with one, Terraform downloads the provider)")
    docker = _tool("docker", "building the image, `make up`")
    yield docker
    if not docker.fix:
        yield from _image_builds(PROCESSORS[architecture])
    yield _tool("cdktf", "`cdktf diff` and `cdktf deploy` (make deploy needs Terraform only)")


def _image_builds(wanted: str) -> Iterator[Finding]:
    """Check that docker can build an image for the architecture ``wanted``."""
    needed_for = f"building the image for linux/{wanted}"
    builder = _output(["docker", "buildx", "inspect"])
    if builder is None:
        fix = "install the buildx plugin of docker (https://docs.docker.com/build/install-buildx/)"
        yield Finding("docker buildx", needed_for, fix, optional=True)
        return
    yield Finding("docker buildx", needed_for, optional=True)
    if MACHINES.get(platform.machine()) != wanted:
        emulated = f"linux/{wanted}" in builder
        fix = f"docker run --privileged --rm tonistiigi/binfmt --install {wanted}, or build on {wanted}"
        yield Finding(f"QEMU for {wanted}", needed_for, None if emulated else fix, optional=True)


def _program(name: str, least: tuple[int, ...], *, flag: str, needed_for: str, fix: str) -> Finding:
    fix = f"{fix} ({'.'.join(map(str, least))} or newer)"
    if shutil.which(name) is None:
        return Finding(name, needed_for, fix)
    version = _version(name, flag)
    shown = f"{name} {'.'.join(map(str, version)) if version else 'of unknown version'}"
    return Finding(shown, needed_for, fix if version is None or version < least else None)


def _version(program: str, flag: str) -> tuple[int, ...] | None:
    numbers = re.search(r"v?(\d+)\.(\d+)\.(\d+)", _output([program, flag]) or "")
    return tuple(map(int, numbers.groups())) if numbers else None


def _output(command: Sequence[str]) -> str | None:
    """Output of a program; None when it is missing, fails or does not answer in time."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _tool(name: str, needed_for: str) -> Finding:
    return Finding(name, needed_for, None if tools.find(name) else tools.TOOLS[name].fix, optional=True)


def account(environment: Environment, make: Callable[[Environment], Account] = Account) -> Iterator[Finding]:
    """Check the AWS account of ``environment``: credentials, then the state bucket."""
    needed_for = f"everything in {environment.name}"
    try:
        found = make(environment).guard()
    except PreconditionError as error:
        yield Finding(f"credentials for {environment.account_id}", needed_for, str(error))
        return
    yield Finding(f"credentials for {environment.account_id}", needed_for)
    if environment.state.backend == "s3" and environment.state.bucket:
        yield _bucket(found, environment.state.bucket)


def _bucket(found: Account, bucket: str) -> Finding:
    needed_for, fix = "Terraform states", found.command("bootstrap")
    try:
        return Finding(f"bucket {bucket}", needed_for, None if bucket_exists(found, bucket) else fix)
    except PreconditionError as error:
        return Finding(f"bucket {bucket}", needed_for, str(error))
