"""A pydantic error in the words of the file's author: path, allowed values, value, fix."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from pydantic import ValidationError

from environments.errors import Problem, listed, nearest
from environments.model import Environment
from environments.schema_text import Node, choices, node_at, words

Location = Sequence[str | int]

SERVERLESS = ("serverless", "min_capacity", "max_capacity", "min_acu", "max_acu", "ecpu", "seconds_until_auto_pause")
"""Parameters of Aurora Serverless and ElastiCache Serverless, which people bring along."""


@cache
def schema() -> Node:
    """The JSON schema of an environment."""
    return Environment.model_json_schema()


def problems_of(error: ValidationError, *, section: str) -> Iterator[Problem]:
    """One problem for each mistake that pydantic found in the top-level key ``section``."""
    for details in error.errors(include_url=False):
        location = (section, *details["loc"])
        tell: Callable[[Location], Problem] | None = {
            "missing": missing_key,
            "extra_forbidden": lambda at: unknown_key(at[:-1], str(at[-1])),
        }.get(details["type"])
        if location[-1] == "[key]":  # pydantic's mark of a name in a mapping
            yield _wrong_name(location[:-1])
        else:
            yield tell(location) if tell else _wrong_value(location, details)


def _wrong_name(location: Location) -> Problem:
    node = node_at(schema(), location[:-1]) or {}
    names = words(schema(), node.get("propertyNames", {}))
    return Problem(path(location), f"the name must be {names}, got {location[-1]!r}")


def missing_key(location: Location) -> Problem:
    """A required key that is not there."""
    node = node_at(schema(), location) or {}
    return Problem(path(location), f"missing: {_description(node)} ({words(schema(), node)})")


def _description(node: Node) -> str:
    return str(node.get("description", "required")).rstrip(".")


def unknown_key(section: Location, key: str) -> Problem:
    """A key that the section does not have."""
    at = path((*section, key))
    if key.lower().startswith(SERVERLESS):
        return Problem(at, "belongs to serverless stores, which have no fixed size; these have one: remove the key")
    return Problem(at, f"unknown key{nearest(key, _known(section))}; known are {listed(sorted(_known(section)))}")


def _known(section: Location) -> tuple[str, ...]:
    node = node_at(schema(), section) or {}
    return tuple(name for option in choices(schema(), node) for name in option.get("properties", ()))


def _wrong_value(location: Location, details: Any) -> Problem:
    value = details["input"]
    if details["type"] == "cidr":
        network = details.get("ctx", {}).get("network")
        return Problem(
            path(location), f"{details['msg']}, got {shown(value)}" + (f": write {network}" if network else "")
        )
    node = node_at(schema(), location) or {}
    expected = words(schema(), node) or details["msg"]
    return Problem(path(location), f"must be {expected}, got {shown(value)}{_fix(node, value)}")


def _fix(node: Node, value: object) -> str:
    for option in choices(schema(), node):
        if isinstance(value, str) and "enum" in option:
            return nearest(value, [str(known) for known in option["enum"]])
        if isinstance(value, int) and not isinstance(value, bool) and _is_text(option):
            return f': put it in quotes, "{value}"'
        if isinstance(value, str) and option.get("type") in {"integer", "boolean"}:
            return ": without quotes" if value.lstrip("-").isdigit() or value in {"true", "false"} else ""
    return ""


def _is_text(node: Node) -> bool:
    return node.get("type") == "string" and "format" not in node and "enum" not in node


def shown(value: object) -> str:
    """``value`` as YAML people know it, shortened, without the credentials of an address."""
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    text = f"a list of {len(value)}" if isinstance(value, list | tuple) else without_credentials(repr(value))
    return text if len(text) <= 120 else f"{text[:117]}..."


def without_credentials(text: str) -> str:
    """``text`` with ``***`` for user and password of any address in it."""
    return re.sub(r"://[^/\s@]+@", "://***@", text)


def path(location: Location) -> str:
    """``("workers", 0, "cpu")`` as ``workers[0].cpu``."""
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
