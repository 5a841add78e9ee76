"""Evaluates the argument of ``${jsonencode(...)}`` in Terraform JSON; nested expressions stay text.

>>> evaluate('${jsonencode({"Resource" = "${aws_s3_bucket.logs.arn}/*", "Action" = ["s3:GetObject"]})}')
{'Resource': '${aws_s3_bucket.logs.arn}/*', 'Action': ['s3:GetObject']}
>>> evaluate("${jsonencode([aws_vpc.main.id, 1, true])}")
['${aws_vpc.main.id}', 1, True]
"""

from __future__ import annotations

import json
import re
from typing import Any

_CALL = re.compile(r"\s*\$\{\s*jsonencode\((?P<argument>.*)\)\s*\}\s*", re.DOTALL)
_SPACE = re.compile(r"(?:\s|#[^\n]*|//[^\n]*)*")
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_LITERALS = {"true": True, "false": False, "null": None}
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_OPEN, _CLOSE = "([{", ")]}"


def evaluate(expression: str) -> Any:
    """Return the value that ``expression`` encodes.

    Raises:
        ValueError: ``expression`` is not one call of jsonencode, or its argument cannot be parsed.
    """
    call = _CALL.fullmatch(expression)
    if call is None:
        raise ValueError("not a call of jsonencode")
    reader = _Reader(call["argument"])
    value = reader.value()
    if reader.peek():
        raise ValueError(f"unexpected {reader.rest()!r}")
    return value


class _Reader:
    """A recursive descent parser of HCL objects, lists and literals."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def rest(self) -> str:
        return self._text[self._at : self._at + 30]

    def peek(self) -> str:
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._text[self._at : self._at + 1]

    def value(self) -> Any:
        first = self.peek()
        if first == "{":
            return self._object()
        if first == "[":
            return self._list()
        return self._expression()

    def _object(self) -> dict[str, Any]:
        self._at += 1
        found: dict[str, Any] = {}
        while self.peek() != "}":
            key = self._key()
            if self.peek() not in ("=", ":"):
                raise ValueError(f"expected `=` after {key!r}, got {self.rest()!r}")
            self._at += 1
            found[key] = self.value()
            self._separator("}")
        self._at += 1
        return found

    def _list(self) -> list[Any]:
        self._at += 1
        found = []
        while self.peek() != "]":
            found.append(self.value())
            self._separator("]")
        self._at += 1
        return found

    def _separator(self, end: str) -> None:
        following = self.peek()
        if following == ",":
            self._at += 1
        elif not following:
            raise ValueError(f"expected `{end}`, got the end of the expression")

    def _key(self) -> str:
        if self.peek() == '"':
            return str(_string(self._take_string()))
        name = _NAME.match(self._text, self._at)
        if name is None:
            raise ValueError(f"expected a key, got {self.rest()!r}")
        self._at = name.end()
        return name[0]

    def _expression(self) -> Any:
        start = self._at
        while self._at < len(self._text) and self._text[self._at] not in ",\n" + _CLOSE:
            self._skip()
        text = self._text[start : self._at].strip()
        if not text:
            raise ValueError(f"expected a value, got {self.rest()!r}")
        return _scalar(text)

    def _skip(self) -> None:
        """Move over one character, one string or one pair of brackets."""
        character = self._text[self._at]
        if character == '"':
            self._take_string()
        elif character in _OPEN:
            self._at += 1
            while self._at < len(self._text) and self._text[self._at] not in _CLOSE:
                self._skip()
            self._at += 1
        else:
            self._at += 1

    def _take_string(self) -> str:
        start, depth = self._at, 0
        self._at += 1
        while self._at < len(self._text):
            pair = self._text[self._at : self._at + 2]
            if pair[0] == "\\":
                self._at += 1
            elif pair == "${":
                depth += 1
            elif depth and pair[0] == "}":
                depth -= 1
            elif pair[0] == '"' and not depth:
                self._at += 1
                return self._text[start : self._at]
            self._at += 1
        raise ValueError(f"unterminated string {self._text[start : start + 30]!r}")


def _scalar(text: str) -> Any:
    if text in _LITERALS:
        return _LITERALS[text]
    if _NUMBER.fullmatch(text):
        return json.loads(text)
    return _string(text) if text.startswith('"') and _is_one_string(text) else f"${{{text}}}"


def _is_one_string(text: str) -> bool:
    reader = _Reader(text)
    return reader._take_string() == text  # noqa: SLF001 the class is private to this module


def _string(text: str) -> str:
    inner = text[1:-1]
    try:
        return str(json.loads(f'"{inner}"'))
    except ValueError:  # quotes within an interpolation
        return inner
