"""O3: what this machine and this account lack, each with its fix. Nothing is changed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from terraform_harness import tools

from environments import Environment
from local.repository import register_tools
from operations.account import Account
from operations.bootstrap import bucket_exists
from operations.errors import Refused

TERRAFORM = (1, 11)
"""Write-only arguments and the lock file in S3 came with 1.10 and 1.11."""
NODE = (18,)
PYTHON = (3, 11)
ANSWER_SECONDS = 30


@dataclass(frozen=True)
class Finding:
    """One thing; ``fix`` is None when it is there. Without an ``optional`` one, most of the project still works."""

    what: str
    needed_for: str
    fix: str | None = None
    optional: bool = False


def machine() -> Iterator[Finding]:
    """What is installed here."""
    register_tools()
    here = ".".join(map(str, sys.version_info[:2]))
    yield Finding(
        f"Python {here}", "everything", None if sys.version_info >= PYTHON else "install Python 3.11 or newer"
    )
    yield _program("node", NODE, flag="--version", needed_for="synthesis", fix="install Node.js 18 or newer")
    fix = "install Terraform 1.11 or newer and put it on PATH"
    yield _program("terraform", TERRAFORM, flag="version", needed_for="plan, deploy, demo", fix=fix)
    yield _tool("provider-mirror", "plan and deploy without a registry (with one, Terraform downloads the provider)")
    yield _tool("docker", "building the image, `make up`")
    yield _tool("cdktf", "`cdktf diff` and `cdktf deploy` (make deploy needs Terraform only)")


def _program(name: str, least: tuple[int, ...], *, flag: str, needed_for: str, fix: str) -> Finding:
    found = shutil.which(name)
    if found is None:
        return Finding(name, needed_for, fix)
    version = _version(Path(found), flag)
    wanted = ".".join(map(str, least))
    if version is None or version < least:
        return Finding(f"{name} {_dotted(version)}", needed_for, f"{fix} ({wanted} or newer is needed)")
    return Finding(f"{name} {_dotted(version)}", needed_for)


def _version(program: Path, flag: str) -> tuple[int, ...] | None:
    try:
        answer = subprocess.run([program, flag], capture_output=True, text=True, timeout=ANSWER_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    numbers = re.search(r"v?(\d+)\.(\d+)\.(\d+)", answer.stdout)
    return tuple(map(int, numbers.groups())) if numbers else None


def _dotted(version: tuple[int, ...] | None) -> str:
    return ".".join(map(str, version)) if version else "of unknown version"


def _tool(name: str, needed_for: str) -> Finding:
    return Finding(name, needed_for, None if tools.find(name) else tools.TOOLS[name].fix, optional=True)


def account(environment: Environment, make: Callable[[Environment], Account] = Account) -> Iterator[Finding]:
    """What the account of ``environment`` has; ends at the first thing without which the rest cannot be asked."""
    try:
        found = make(environment).guard()
    except Refused as refused:
        yield Finding(f"credentials for {environment.account_id}", f"everything in {environment.name}", str(refused))
        return
    yield Finding(f"credentials for {environment.account_id}", f"everything in {environment.name}")
    if environment.state.backend == "s3" and environment.state.bucket:
        yield _bucket(found, environment.state.bucket)


def _bucket(found: Account, bucket: str) -> Finding:
    needed_for, fix = "Terraform states", f"python -m operations bootstrap {found.environment.name}"
    try:
        return Finding(f"bucket {bucket}", needed_for, None if bucket_exists(found, bucket) else fix)
    except Refused as refused:
        return Finding(f"bucket {bucket}", needed_for, str(refused))
