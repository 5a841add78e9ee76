"""Single values, and their types."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from terraform_harness.emulator.validation.shapes import NUMBERS, shown

Note = Callable[[str, str], None]
ABSENT = object()
INTEGERS = NUMBERS - {"float", "double", "bigdecimal"}


class Malformed(ValueError):
    """A value whose type differs from the model's."""


def joined(path: str, name: str) -> str:
    """Return the path of a member.

    >>> joined("", "Tags"), joined("Filter", "Name")
    ('Tags', 'Filter.Name')
    """
    return f"{path}.{name}" if path else name


def scalar(shape: Any, text: str, path: str) -> Any:
    """Return the value of a text in a query, path, header or XML element.

    Raises:
        Malformed: The text is not of the shape's type.
    """
    text, kind = str(text), shape.type_name
    if kind in INTEGERS:
        return _converted(int, text, "an integer", path)
    if kind in NUMBERS:
        return _converted(float, text, "a number", path)
    if kind == "boolean":
        if text.lower() not in ("true", "false"):
            raise Malformed(f"Value '{shown(text)}' at '{path}' is not a boolean: expected true or false")
        return text.lower() == "true"
    return decoded(text, path) if kind == "blob" else text


def typed(node: Any, kind: type, path: str) -> Any:
    """Return ``node``.

    Raises:
        Malformed: It is not of type ``kind``.
    """
    if not isinstance(node, kind):
        raise Malformed(f"Value '{shown(node)}' at '{path}' is not of type {kind.__name__}")
    return node


def decoded(text: str, path: str) -> bytes:
    """Return the bytes of a text in base64.

    Raises:
        Malformed: It is not base64.
    """
    content: bytes = _converted(base64.b64decode, text, "base64", path)
    return content


def _converted(convert: Callable[[str], Any], text: str, noun: str, path: str) -> Any:
    try:
        return convert(text)
    except (ValueError, binascii.Error):
        raise Malformed(f"Value '{shown(text)}' at '{path}' is not {noun}") from None
