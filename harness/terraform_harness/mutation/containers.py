"""Mutants of container definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from terraform_harness.mutation.json_arguments import Container, containers, with_container
from terraform_harness.mutation.mutant import Edit, operator


def _without(key: str) -> Callable[[Container], Container | None]:
    return lambda definition: (
        {name: value for name, value in definition.items() if name != key} if definition.get(key) else None
    )


def _latest(definition: Container) -> Container:
    image = str(definition.get("image", "")).split("@", maxsplit=1)[0]
    name = "image" if "${" in image else image.rsplit(":", 1)[0]
    return definition | {"image": f"{name}:latest"}


def _secret_in_plain_text(definition: Container) -> Container | None:
    secrets = definition.get("secrets") or []
    if not secrets:
        return None
    first, *others = secrets
    plain = {"name": first["name"], "value": "correct-horse-battery-staple"}
    return definition | {"secrets": others, "environment": [*(definition.get("environment") or []), plain]}


CHANGES: Mapping[str, Callable[[Container], Container | None]] = {
    "privileged": lambda definition: definition | {"privileged": True},
    "root": lambda definition: definition | {"user": "0"},
    "writable root": lambda definition: (
        definition | {"readonlyRootFilesystem": False} if definition.get("readonlyRootFilesystem") else None
    ),
    "no log": _without("logConfiguration"),
    "no health check": _without("healthCheck"),
    "no stop timeout": _without("stopTimeout"),
    "image latest": _latest,
    "secret in plain text": _secret_in_plain_text,
    "secret removed": lambda definition: (
        definition | {"secrets": definition["secrets"][1:]} if definition.get("secrets") else None
    ),
    "capabilities not dropped": _without("linuxParameters"),
}


@operator
def container(type_: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Change one container of a task definition in each of the ways in ``CHANGES``."""
    if type_ != "aws_ecs_task_definition":
        return
    for index, definition in enumerate(containers(body)):
        for label, change in CHANGES.items():
            changed = change(definition)
            if changed is not None and changed != definition:
                yield Edit(change=f"{definition['name']}: {label}", body=with_container(body, index, changed))
