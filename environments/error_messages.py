"""A pydantic error as a message for the author of an environment file: path, allowed values, value, fix."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from environments.errors import Problem, nearest, shown
from environments.facts.topology import FORMER_NAMES
from environments.formats import REJECTED
from environments.json_schema import Node, choices, node_at, schema
from environments.schema_text import allowed_values

Location = Sequence[str | int]

SERVERLESS = ("serverless", "min_capacity", "max_capacity", "min_acu", "max_acu", "ecpu", "seconds_until_auto_pause")
"""First words of keys that configure Aurora Serverless and ElastiCache Serverless."""


def problems_of(error: ValidationError, *, section: str) -> Iterator[Problem]:
    """The problems that pydantic found in the top-level key ``section``."""
    for details in error.errors(include_url=False):
        if _is_long_enough(details):
            continue
        location = (section, *details["loc"])
        describe: Callable[[Location], Problem] | None = {
            "missing": missing_key,
            "extra_forbidden": lambda at: unknown_key(at[:-1], str(at[-1])),
        }.get(details["type"])
        if location[-1] == "[key]":  # pydantic's mark for an invalid name in a mapping
            yield _invalid_name(location[:-1])
        else:
            yield describe(location) if describe else _invalid_value(location, details)


def _is_long_enough(details: Any) -> bool:
    """Whether pydantic calls a list too short only because it left out the invalid items, which it reports too."""
    return details["type"] == "too_short" and len(details["input"]) >= int(details["ctx"]["min_length"])


def _invalid_name(location: Location) -> Problem:
    node = node_at(schema(), location[:-1]) or {}
    names = allowed_values(schema(), node.get("propertyNames", {}))
    return Problem(path(location), f"the name must be {names}, got {location[-1]!r}. Fix: rename it")


def missing_key(location: Location) -> Problem:
    """A required key that is not in the file."""
    node = node_at(schema(), location) or {}
    return Problem(
        path(location), f"missing: {_description(node)} ({allowed_values(schema(), node)}). Fix: add the key"
    )


def _description(node: Node) -> str:
    return str(node.get("description", "required")).rstrip(".")


def unknown_key(section: Location, key: str) -> Problem:
    """A key that the section does not have."""
    at = path((*section, key))
    if key.lower().startswith(SERVERLESS):
        return Problem(at, "configures a serverless store; database and broker have a fixed size. Fix: remove the key")
    return Problem(
        at,
        f"unknown key{nearest(key, _known(section))}; known keys: {', '.join(sorted(_known(section)))}. "
        "Fix: rename or remove the key",
    )


def _known(section: Location) -> tuple[str, ...]:
    node = node_at(schema(), section) or {}
    return tuple(name for option in choices(schema(), node) for name in option.get("properties", ()))


def _invalid_value(location: Location, details: Any) -> Problem:
    value = details["input"]
    if details["type"] == REJECTED:
        wanted = details.get("ctx", {}).get("fix")
        fix = f". Fix: {wanted}" if wanted else ""
        return Problem(path(location), f"{details['msg']}, got {_shown(location, value)}{fix}")
    node = node_at(schema(), location) or {}
    expected = allowed_values(schema(), node) or details["msg"]
    return Problem(path(location), f"must be {expected}, got {_shown(location, value)}{_fix(location, node, value)}")


def _shown(location: Location, value: object) -> str:
    return shown(value, key=str(location[-1]))


def _fix(location: Location, node: Node, value: object) -> str:
    if tuple(location) == ("topology",) and isinstance(value, str) and value in FORMER_NAMES:
        return f"; {value!r} is now called {FORMER_NAMES[value]!r}. Fix: topology: {FORMER_NAMES[value]}"
    for option in choices(schema(), node):
        if isinstance(value, str) and "enum" in option:
            return nearest(value, [str(known) for known in option["enum"]])
        if isinstance(value, int) and not isinstance(value, bool) and _is_text(option):
            return f'. Fix: put it in quotes, "{_shown(location, value)}"'
        if isinstance(value, str) and option.get("type") in {"integer", "boolean"}:
            return ". Fix: remove the quotes" if value.lstrip("-").isdigit() or value in {"true", "false"} else ""
    return ""


def _is_text(node: Node) -> bool:
    return node.get("type") == "string" and "format" not in node and "enum" not in node


def path(location: Location) -> str:
    """``("workers", 0, "cpu")`` as ``workers[0].cpu``."""
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
