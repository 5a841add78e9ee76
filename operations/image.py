"""Checks that the image is in the repository and fits the processor architecture of the task definitions."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from botocore.exceptions import ClientError

from operations.account import Account, missing
from operations.aws_errors import NETWORK_FIX
from operations.errors import OperationError, PreconditionError

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
PROCESSORS = {"ARM64": "arm64", "X86_64": "amd64"}
"""Architecture names of ECS and of container images."""
DOWNLOAD_SECONDS = 30


def check(account: Account, name: dict[str, str] | None = None) -> str:
    """Digest of the image that the task definitions name, or of the image ``name`` in their repository.

    Raises:
        PreconditionError: the image is not in the repository, or was built for another processor architecture.
    """
    name = name or _named(account)
    found = _find(account, name)
    wanted = PROCESSORS[account.environment.architecture]
    platforms = _platforms(account, json.loads(found["imageManifest"]))
    if wanted not in platforms:
        raise PreconditionError(
            f"image {_shown(account, name)} is for {', '.join(sorted(platforms))}, the task definitions need {wanted} "
            f"(architecture: {account.environment.architecture}). Fix: build it for linux/{wanted}, or change "
            f"architecture in {account.file}"
        )
    return str(found["imageId"]["imageDigest"])


def _named(account: Account) -> dict[str, str]:
    """The image that the environment file names."""
    wanted = account.environment.airflow
    return {"imageDigest": wanted.image_digest} if wanted.image_digest else {"imageTag": wanted.image_tag}


def _find(account: Account, name: dict[str, str]) -> dict[str, Any]:
    try:
        answer = account.client("ecr").batch_get_image(
            repositoryName=account.names.name, imageIds=[name], acceptedMediaTypes=[*INDEXES, *MANIFESTS]
        )
    except ClientError as error:
        if not missing(error, "RepositoryNotFoundException"):
            raise
        raise PreconditionError(
            f"repository {account.names.name} does not exist. Fix: {account.command('deploy')}"
        ) from None
    if not answer["images"]:
        tag = ("--tag", name["imageTag"]) if "imageTag" in name and name != _named(account) else ()
        raise PreconditionError(
            f"image {_shown(account, name)} is not in the repository, and no Fargate task can start without it. Fix: "
            f"{account.command('image', *tag)}, then run the same command again"
        )
    found: dict[str, Any] = answer["images"][0]
    return found


def _platforms(account: Account, manifest: dict[str, Any]) -> set[str]:
    if "manifests" in manifest:
        return {str(entry["platform"]["architecture"]) for entry in manifest["manifests"] if "platform" in entry}
    return {str(_configuration(account, manifest["config"]["digest"])["architecture"])}


def _configuration(account: Account, digest: str) -> dict[str, Any]:
    """The image's configuration: a manifest of a single platform names its architecture only there."""
    url = account.client("ecr").get_download_url_for_layer(repositoryName=account.names.name, layerDigest=digest)
    try:
        with urllib.request.urlopen(url["downloadUrl"], timeout=DOWNLOAD_SECONDS) as answer:  # noqa: S310 - a URL of AWS
            configuration: dict[str, Any] = json.load(answer)
    except (OSError, ValueError) as error:
        raise OperationError(f"image {_shown(account)}: its manifest cannot be read: {error}. {NETWORK_FIX}") from None
    return configuration


def _shown(account: Account, name: dict[str, str] | None = None) -> str:
    name = name or _named(account)
    return account.names.name + (f"@{name['imageDigest']}" if "imageDigest" in name else f":{name['imageTag']}")
