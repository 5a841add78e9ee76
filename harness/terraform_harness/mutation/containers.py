"""Mutants of container definitions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from terraform_harness.mutation.mutant import Edit, edited_json, operator

Container = dict[str, Any]
KEY = "container_definitions"


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


def _containers(value: Any) -> list[Container]:
    """Return the containers; none when they are an expression, or no list of objects with names."""
    try:
        found = json.loads(value)
    except (TypeError, ValueError):
        return []
    listed = found if isinstance(found, list) else []
    return listed if all(isinstance(item, dict) and "name" in item for item in listed) else []


@operator
def container(type_: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Change one container of a task definition in each of the ways in ``CHANGES``."""
    if type_ != "aws_ecs_task_definition":
        return
    containers = _containers(body.get(KEY))
    for index, definition in enumerate(containers):
        for label, change in CHANGES.items():
            changed = change(definition)
            if changed is not None and changed != definition:
                definitions = [*containers[:index], changed, *containers[index + 1 :]]
                yield Edit(change=f"{definition['name']}: {label}", body=edited_json(body, KEY, definitions))
