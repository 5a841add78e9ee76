"""Mutants of container definitions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from terraform_harness.mutation.mutant import Edit, edited_json, operator

Container = dict[str, Any]
KEY = "container_definitions"


def _without(key: str) -> Callable[[Container], Container | None]:
    return lambda one: {name: value for name, value in one.items() if name != key} if one.get(key) else None


def _latest(one: Container) -> Container:
    image = str(one.get("image", "")).split("@", maxsplit=1)[0]
    name = "airflow" if "${" in image else image.rsplit(":", 1)[0]
    return one | {"image": f"{name}:latest"}


def _secret_in_the_open(one: Container) -> Container | None:
    secrets = one.get("secrets") or []
    if not secrets:
        return None
    first, *others = secrets
    plain = {"name": first["name"], "value": "correct-horse-battery-staple"}
    return one | {"secrets": others, "environment": [*(one.get("environment") or []), plain]}


CHANGES: Mapping[str, Callable[[Container], Container | None]] = {
    "privileged": lambda one: one | {"privileged": True},
    "root": lambda one: one | {"user": "0"},
    "writable root": lambda one: one | {"readonlyRootFilesystem": False} if one.get("readonlyRootFilesystem") else None,
    "no log": _without("logConfiguration"),
    "no health check": _without("healthCheck"),
    "no stop timeout": _without("stopTimeout"),
    "image latest": _latest,
    "secret in the open": _secret_in_the_open,
    "secret forgotten": lambda one: one | {"secrets": one["secrets"][1:]} if one.get("secrets") else None,
    "capabilities kept": _without("linuxParameters"),
}


@operator
def container(kind: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    if kind != "aws_ecs_task_definition":
        return
    containers = json.loads(body[KEY])
    for index, one in enumerate(containers):
        for label, change in CHANGES.items():
            changed = change(one)
            if changed is not None and changed != one:
                definitions = [*containers[:index], changed, *containers[index + 1 :]]
                yield Edit(change=f"{one['name']}: {label}", body=edited_json(body, KEY, definitions))
