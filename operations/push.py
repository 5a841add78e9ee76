"""Builds the image for the processor architecture of an environment and pushes it into the ECR repository."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Sequence

from botocore.exceptions import ClientError

from operations import image
from operations.account import Account, missing
from operations.errors import OperationError, PreconditionError
from operations.progress import say, step
from operations.stacks import ROOT


def build_and_push(account: Account, *, tag: str = "", all_architectures: bool = False) -> str:
    """Build and push the image, unless its tag exists already (tags are immutable); returns its digest.

    Args:
        account: account of the environment.
        tag: tag in the repository; that of the environment file when empty.
        all_architectures: build for ARM64 and X86_64, with provenance and a bill of materials (SBOM).

    Raises:
        PreconditionError: the repository or docker is missing.
        OperationError: docker failed.
    """
    uri, wanted = _repository(account), tag or account.environment.airflow.image_tag
    name = {"imageTag": wanted} if tag else None
    if _exists(account, wanted):
        say(f"{uri}:{wanted} exists already. To build another image, change airflow.image_tag in {account.file}")
        return image.check(account, name)
    _log_in(account, uri.split("/")[0])
    processors = (
        image.PROCESSORS.values() if all_architectures else [image.PROCESSORS[account.environment.architecture]]
    )
    platforms = ",".join(f"linux/{processor}" for processor in processors)
    say(f"build {uri}:{wanted} for {platforms}")
    build = ["buildx", "build", "--platform", platforms, "--push", "--tag", f"{uri}:{wanted}"]
    build += ["--provenance=true", "--sbom=true"] if all_architectures else []
    _docker([*build, "--file", "docker/airflow/Dockerfile", "docker"])
    return image.check(account, name)


def _repository(account: Account) -> str:
    ecr, name = account.client("ecr"), account.names.name
    try:
        return str(ecr.describe_repositories(repositoryNames=[name])["repositories"][0]["repositoryUri"])
    except ClientError as error:
        if not missing(error, "RepositoryNotFoundException"):
            raise
        raise PreconditionError(f"repository {name} does not exist. Fix: {account.command('deploy')}") from None


def _exists(account: Account, tag: str) -> bool:
    found = account.client("ecr").batch_get_image(repositoryName=account.names.name, imageIds=[{"imageTag": tag}])
    return bool(found["images"])


def _log_in(account: Account, registry: str) -> None:
    """Pass the password on standard input: every user of the machine can read arguments."""
    token = account.client("ecr").get_authorization_token()["authorizationData"][0]["authorizationToken"]
    user, _, password = base64.b64decode(token).decode().partition(":")
    with step(f"log in to {registry}"):
        _docker(["login", "--username", user, "--password-stdin", registry], given=password, quiet=True)


def _docker(arguments: Sequence[str], *, given: str | None = None, quiet: bool = False) -> None:
    try:
        done = subprocess.run(
            ["docker", *arguments], cwd=ROOT, input=given, text=True, capture_output=quiet, check=False
        )
    except FileNotFoundError:
        raise PreconditionError("docker is missing. Fix: install Docker, or start a container engine") from None
    if done.returncode:
        detail = f": {done.stderr.strip()}" if quiet else ""
        raise OperationError(f"docker {arguments[0]} ended with exit code {done.returncode}{detail}")
