"""The effect of a later change of each key, as ``environments/fields.py`` declares it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from environments.derived.effective_values import effective
from environments.json_schema import Node, choices, resolved, schema, section
from environments.model import Environment


@dataclass(frozen=True)
class Effect:
    """A key with its value in the environment, and the effect of a change."""

    key: str
    value: str
    effect: str


def effects_of(environment: Environment) -> Iterator[Effect]:
    """Yield every key that has a value."""
    for name, node in schema()["properties"].items():
        values = effective(environment)
        if name in values:
            yield from _effects(node, values[name], name)


def _effects(node: Node, value: Any, path: str) -> Iterator[Effect]:
    found = resolved(schema(), node)
    if (effect := found.get("effect")) and section(found) is None:
        yield Effect(path, shown(value), str(effect))
        return
    for choice in choices(schema(), found):
        if isinstance(value, Mapping):
            for name, child in choice.get("properties", {}).items():
                if name in value:
                    yield from _effects(child, value[name], f"{path}.{name}")
        elif isinstance(value, list) and "items" in choice:
            for index, item in enumerate(value):
                yield from _effects(choice["items"], item, f"{path}[{index}]")


def shown(value: Any) -> str:
    """A value as it is written in an environment file, in one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {shown(item)}" for key, item in value.items()) + "}"
    return str(value)
