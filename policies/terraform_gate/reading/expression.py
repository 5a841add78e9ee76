"""Parses Terraform's ``${...}`` expressions in JSON data; no other module of the gate does.

The values of a ``Configuration`` are JSON data. A string with an unescaped ``${`` is *unknown*: it is a reference to a
resource (``${dev-foundation//aws_vpc.main.id}``, qualified with the stack) or an expression whose value is known only
after the apply. Unknown values are not marked in any other way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

UNKNOWN = "${unknown}"
"""A value that a plan calls "known after apply" and that refers to no resource."""

_IDENTITIES = frozenset({"", "id", "arn", "name", "bucket", "key", "family", "json", "url"})
_OPENING = re.compile(r"(?<!\$)\$\{")
_BRACE = re.compile(r"[{}]")
_REFERENCE = re.compile(
    r"(?<![\w.\-/\"])(?P<stack>[\w.-]+//)?"
    r"(?P<module>(?:module\.[\w-]+(?:\[[^\]]*\])?\.)*)"
    r"(?P<data>data\.)?(?P<type>[a-z][a-z0-9]*_\w+)\.(?P<name>[\w-]+)(?P<index>\[[^\]]*\])?"
    r"(?P<attribute>(?:\.[\w-]+|\[[^\]]*\])*)"
)


@dataclass(frozen=True)
class Reference:
    """A reference to a resource.

    Attributes:
        key: ``stack//address``.
        attribute: The attribute that is read, empty for the whole resource.
    """

    key: str
    attribute: str

    def __str__(self) -> str:
        """Return the reference as an expression."""
        dot = "." if self.attribute and not self.attribute.startswith("[") else ""
        return marked(f"{self.key}{dot}{self.attribute}")


def is_known(value: Any) -> bool:
    """Return whether ``value`` contains no expression at any depth."""
    return not any(True for _ in expressions(value))


def expressions(value: Any) -> Iterator[str]:
    """Yield the text inside every ``${...}`` in ``value``, at any depth, keys of maps included."""
    if isinstance(value, str):
        for start, end in spans(value):
            yield value[start + 2 : end - 1]
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from expressions(key)
            yield from expressions(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from expressions(item)


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end (exclusive) of every outermost ``${...}``; an unclosed one ends with ``text``."""
    position = 0
    while opening := _OPENING.search(text, position):
        position = closing(text, opening.end())
        yield opening.start(), position


def closing(text: str, start: int) -> int:
    """Return the position behind the brace that closes the one before ``start``; the end of ``text`` without one."""
    depth = 1
    for brace in _BRACE.finditer(text, start):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return brace.end()
    return len(text)


def references(value: Any) -> tuple[Reference, ...]:
    """List the references in ``value``, at any depth, in order and without duplicates."""
    found = (_as_reference(match) for inside in expressions(value) for match in _REFERENCE.finditer(inside))
    return tuple(dict.fromkeys(found))


def reference(value: Any) -> Reference | None:
    """Return the reference that ``value`` consists of; None for a literal, a template or a function call."""
    if not isinstance(value, str):
        return None
    only = list(spans(value))
    if only != [(0, len(value))]:
        return None
    match = _REFERENCE.fullmatch(value[2:-1].strip())
    return _as_reference(match) if match else None


def is_reference(inside: str) -> bool:
    """Return whether an expression is one reference to a resource."""
    return _REFERENCE.fullmatch(inside) is not None


def names_resource(value: Any) -> bool:
    """Return whether ``value`` is one reference to the id, ARN or name of a resource."""
    target = reference(value)
    return target is not None and is_identity(target.attribute)


def is_identity(attribute: str) -> bool:
    """Return whether an attribute identifies its resource; references to such attributes are never evaluated."""
    return attribute in _IDENTITIES or attribute.endswith(("_id", "_arn", "_name"))


def is_wholly_unknown(value: str) -> bool:
    """Return whether ``value`` is one expression without a reference, such as a variable without a default."""
    return list(spans(value)) == [(0, len(value))] and not references(value)


def _as_reference(match: re.Match[str]) -> Reference:
    part = {name: text or "" for name, text in match.groupdict().items()}
    address = f"{part['module']}{part['data']}{part['type']}.{part['name']}{part['index']}"
    return Reference(key=part["stack"] + address, attribute=part["attribute"].removeprefix("."))


def marked(inside: str) -> str:
    """Return the expression ``inside`` as a value contains it: ``${inside}``."""
    return f"${{{inside}}}"


def escaped(value: Any) -> Any:
    """Replace ``${`` by ``$${`` in all strings: a plan contains values, in which ``${`` is literal text."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, Mapping):
        return {escaped(key): escaped(item) for key, item in value.items()}
    return [escaped(item) for item in value] if isinstance(value, list) else value


def replaced(text: str, replacement: Callable[[str], str]) -> str:
    """Replace each outermost ``${...}`` in ``text`` by ``replacement`` of it."""
    done, end = [], 0
    for start, stop in spans(text):
        done += [text[end:start], replacement(text[start:stop])]
        end = stop
    return "".join([*done, text[end:]])


def qualify(inside: str, *, prefix: str) -> str:
    """Put ``prefix`` in front of every reference that has no stack yet."""
    return _REFERENCE.sub(lambda match: match[0] if match["stack"] else f"{prefix}{match[0]}", inside)


def renamed(inside: str, names: Mapping[str, str]) -> str:
    """Replace the key of every reference by ``names[key]``; a reference to all instances keeps its index."""

    def name(match: re.Match[str]) -> str:
        key = f"{match['stack'] or ''}{match['module']}{match['data'] or ''}{match['type']}.{match['name']}"
        index, attribute = match["index"] or "", match["attribute"]
        if key + index in names:
            return names[key + index] + attribute
        return names[key] + index + attribute if key in names else match[0]

    return _REFERENCE.sub(name, inside)
