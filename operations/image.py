"""T6: the image is there, and for the processor that the task definitions ask for."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from botocore.exceptions import ClientError

from operations.account import Account, missing
from operations.errors import Refused

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
PROCESSORS = {"ARM64": "arm64", "X86_64": "amd64"}
"""Words of ECS and of container images for the same thing."""
DOWNLOAD_SECONDS = 30


def check(account: Account) -> str:
    """Digest of the image that the task definitions name.

    Raises Refused when it is not in the repository, or not made for ``architecture``.
    """
    found = _find(account)
    wanted = PROCESSORS[account.environment.architecture]
    platforms = _platforms(account, json.loads(found["imageManifest"]))
    if wanted not in platforms:
        raise Refused(
            f"image {_shown(account)} is for {', '.join(sorted(platforms))}, the task definitions ask for {wanted} "
            f"(architecture: {account.environment.architecture}). Fix: build it for linux/{wanted}, or change "
            f"architecture in environments/{account.environment.name}.yaml"
        )
    return str(found["imageId"]["imageDigest"])


def _find(account: Account) -> dict[str, Any]:
    wanted = account.environment.airflow
    name = {"imageDigest": wanted.image_digest} if wanted.image_digest else {"imageTag": wanted.image_tag}
    try:
        answer = account.client("ecr").batch_get_image(
            repositoryName=account.names.name, imageIds=[name], acceptedMediaTypes=[*INDEXES, *MANIFESTS]
        )
    except ClientError as error:
        if not missing(error, "RepositoryNotFoundException"):
            raise
        raise Refused(
            f"repository {account.names.name} does not exist. Fix: make deploy ENV={account.environment.name}"
        ) from None
    if not answer["images"]:
        raise Refused(
            f"image {_shown(account)} is not in the repository, and nothing can start without it. Fix: "
            f"python -m operations image {account.environment.name}, then run the same command again"
        )
    found: dict[str, Any] = answer["images"][0]
    return found


def _platforms(account: Account, manifest: dict[str, Any]) -> set[str]:
    if "manifests" in manifest:
        return {str(one["platform"]["architecture"]) for one in manifest["manifests"] if "platform" in one}
    return {str(_configuration(account, manifest["config"]["digest"])["architecture"])}


def _configuration(account: Account, digest: str) -> dict[str, Any]:
    """The image's configuration, which names its processor where the manifest is of one platform only."""
    url = account.client("ecr").get_download_url_for_layer(repositoryName=account.names.name, layerDigest=digest)
    with urllib.request.urlopen(url["downloadUrl"], timeout=DOWNLOAD_SECONDS) as answer:  # noqa: S310 - AWS gave it
        configuration: dict[str, Any] = json.load(answer)
    return configuration


def _shown(account: Account) -> str:
    airflow = account.environment.airflow
    return f"{account.names.name}" + (f"@{airflow.image_digest}" if airflow.image_digest else f":{airflow.image_tag}")
