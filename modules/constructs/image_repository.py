"""The ECR repository of the Airflow image."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.ecr_lifecycle_policy import EcrLifecyclePolicy
from cdktf_cdktf_provider_aws.ecr_repository import (
    EcrRepository,
    EcrRepositoryEncryptionConfiguration,
    EcrRepositoryImageScanningConfiguration,
)
from constructs import Construct

from modules.core.grants import Role, statement


@dataclass(frozen=True)
class ImageRepositoryReference:
    """The repository as Fargate tasks need it.

    Args:
        url: address for push and pull, without a tag.
        arn: ARN of the repository.
    """

    url: str
    arn: str

    def image(self, *, digest: str | None, tag: str) -> str:
        """Return the image by ``digest`` if there is one, else by its immutable ``tag``."""
        return f"{self.url}@{digest}" if digest else f"{self.url}:{tag}"

    def grant_pull(self, role: Role) -> None:
        """Allow ``role`` to pull from this repository; the login call cannot be limited to a resource."""
        role.grant(
            "pull-image",
            statement("ecr:GetAuthorizationToken", on=["*"]),
            statement(
                "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", on=[self.arn]
            ),
        )


class ImageRepository(Construct):
    """An encrypted ECR repository with immutable tags; ECR scans each image on push.

    A lifecycle policy deletes untagged images after seven days. It keeps every tagged image: ECR cannot tell which
    images running task definitions name, and a service that runs for months pulls its image when a Fargate task fails.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: name of the repository.
        key_arn: KMS key of the images.
        force_delete: allow Terraform to delete a repository that contains images.

    Example:
        >>> images = ImageRepository(stack, "images", name="airflow-prod", key_arn=key_arn)
        >>> resource("aws_ecr_repository.images")["image_tag_mutability"]
        'IMMUTABLE'
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, key_arn: str, force_delete: bool = False) -> None:
        super().__init__(scope, id_)
        repository = EcrRepository(
            self,
            "Resource",
            name=name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=EcrRepositoryImageScanningConfiguration(scan_on_push=True),
            encryption_configuration=[EcrRepositoryEncryptionConfiguration(encryption_type="KMS", kms_key=key_arn)],
            force_delete=force_delete,
        )
        EcrLifecyclePolicy(self, "lifecycle", repository=repository.name, policy=_lifecycle())
        self.reference = ImageRepositoryReference(url=repository.repository_url, arn=repository.arn)


def _lifecycle() -> str:
    untagged = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7}
    rule = {
        "rulePriority": 1,
        "description": "Images that no tag names any more",
        "selection": untagged,
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]})
