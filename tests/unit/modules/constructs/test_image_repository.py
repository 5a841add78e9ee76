"""The image repository, and the image that tasks run."""

from __future__ import annotations

import pytest

from tests.reading import services
from tests.synthesis import deployed
from tests.unit.modules.variants import LARGE


@pytest.mark.feature("C2")
def test_images_are_immutable_and_scanned_and_tasks_use_the_digest() -> None:
    deployment = deployed(**LARGE)
    repository = deployment.only("aws_ecr_repository")
    assert repository.body["image_tag_mutability"] == "IMMUTABLE"
    assert repository.get("image_scanning_configuration", "scan_on_push") is True
    assert repository.get("encryption_configuration", 0, "encryption_type") == "KMS"
    assert "@sha256:" in services(deployment)["scheduler"][1].main.body["image"]
    assert repository.body["force_delete"] is False


@pytest.mark.feature("C2")
def test_lifecycle_policy_keeps_every_image_that_a_task_definition_can_name() -> None:
    policy = deployed().only("aws_ecr_lifecycle_policy").document("policy")
    assert [rule["selection"]["tagStatus"] for rule in policy["rules"]] == ["untagged"]


@pytest.mark.feature("C2")
def test_tasks_use_the_immutable_tag_without_a_digest() -> None:
    image = services(deployed())["scheduler"][1].main.body["image"]
    assert image.endswith(":3.3.2-1")
    assert "latest" not in image
