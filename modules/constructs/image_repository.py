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

    A lifecycle policy deletes untagged images after seven days.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: name of the repository.
        key_arn: KMS key of the images.
        keep_images: number of newest images that the lifecycle policy keeps.
        force_delete: allow Terraform to delete a repository that contains images.

    Example:
        >>> images = ImageRepository(stack, "images", name="airflow-prod", key_arn=key_arn)
        >>> resource("aws_ecr_repository.images")["image_tag_mutability"]
        'IMMUTABLE'
    """

    def __init__(
        self, scope: Construct, id_: str, *, name: str, key_arn: str, keep_images: int = 30, force_delete: bool = False
    ) -> None:
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
        EcrLifecyclePolicy(self, "lifecycle", repository=repository.name, policy=_lifecycle(keep_images))
        self.reference = ImageRepositoryReference(url=repository.repository_url, arn=repository.arn)


def _lifecycle(keep_images: int) -> str:
    untagged = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7}
    old = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": keep_images}
    rules = [("Layers that no tag names any more", untagged), (f"All but the newest {keep_images} images", old)]
    return json.dumps(
        {
            "rules": [
                {"rulePriority": priority, "description": text, "selection": selection, "action": {"type": "expire"}}
                for priority, (text, selection) in enumerate(rules, start=1)
            ]
        }
    )
