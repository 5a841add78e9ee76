"""AF_ECS_9: container images are pinned."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.ecs.containers import Container, UnknownContainersError, containers_of
from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import is_known, references
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import ACCOUNT, container, task_definition
from terraform_gate.rules.shared.resources import Resources, merge

_REGISTRY = f"{ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com"


def _from_repository(mutability: str) -> Resources:
    repository = {"name": "airflow", "image_tag_mutability": mutability}
    image = "${aws_ecr_repository.airflow.repository_url}:3.3.2-1"
    return merge({"aws_ecr_repository": {"airflow": repository}}, task_definition(container(image=image)))


class ImagePinned(Rule):
    """Image references that can change their content."""

    id = "AF_ECS_9"
    title = "Every image is referenced by digest or by an immutable tag"
    severity = Severity.MEDIUM
    why = "A mutable tag can put untested code into the next task that starts."
    remediation = (
        "Use <repository>@sha256:<digest>, or a tag of an aws_ecr_repository with image_tag_mutability IMMUTABLE."
    )
    references = ("CKV_AWS_51", "FSBP ECR.2")
    resource_types = ("aws_ecs_task_definition",)
    passing = (
        Example(title="by digest", resources=task_definition(container())),
        Example(title="by an immutable tag", resources=_from_repository("IMMUTABLE")),
    )
    failing = (
        Example(title="by a mutable tag", resources=_from_repository("MUTABLE")),
        Example(title="latest", resources=task_definition(container(image=f"{_REGISTRY}/airflow:latest"))),
        Example(title="no tag", resources=task_definition(container(image="apache/airflow"))),
        Example(title="a tag of a public registry", resources=task_definition(container(image="alpine/git:2.47"))),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Check every container's image."""
        for task in configuration.of_type(*self.resource_types):
            try:
                containers = containers_of(task)
            except UnknownContainersError as error:
                yield Finding.unknown(task, str(error))
            else:
                yield Finding.pass_(task)
                for container_ in containers:
                    yield from _evaluate_image(container_, configuration)


def _evaluate_image(container_: Container, configuration: Configuration) -> Iterator[Finding]:
    image = str(container_.body.get("image") or "")
    where = f"container {container_.name}: {image or 'no image'}"
    if "@sha256:" in image:
        return
    if references(image):
        found = configuration.mentioned_in(image)
        repositories = [item for item in found if item.type == "aws_ecr_repository"]
        if not repositories:
            yield Finding.unknown(container_.task, f"{where}: the repository is not in the configuration")
        elif any(not str(item.get("image_tag_mutability")).startswith("IMMUTABLE") for item in repositories):
            yield Finding.fail(container_.task, f"{where}: the tags of the repository are mutable")
        elif image.endswith((":latest", "}")):
            yield Finding.fail(container_.task, f"{where}: the tag is missing or latest")
    elif is_known(image):
        yield Finding.fail(container_.task, f"{where}: the tag may be mutable; only a digest pins it")
    else:
        yield Finding.unknown(container_.task, f"{where} is not known before the apply")


rule = ImagePinned()
