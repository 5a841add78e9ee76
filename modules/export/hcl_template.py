"""Splits Terraform string templates into literals and expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Two escapes, and the beginning of an expression.
_OPENING = re.compile(r"\$\$\{|%%\{|\$\{")
# The deprecated index ``a.0``, written ``a[0]`` today.
_LEGACY_INDEX = re.compile(r"(\b[A-Za-z_][\w-]*|[)\]])\.(\d+)(?!\w)")


@dataclass(frozen=True, slots=True)
class Part:
    """An unescaped literal, or the expression between ``${`` and ``}``."""

    text: str
    is_expression: bool


def parts(text: str) -> Iterator[Part]:
    """``"a-${b.c}"`` as a literal ``a-`` and an expression ``b.c``; ``$${`` and ``%%{`` stay in their literal.

    Raises:
        ValueError: a ``${`` has no closing brace.
    """
    literal, index = "", 0
    while found := _OPENING.search(text, index):
        if found[0] != "${":
            literal, index = literal + text[index : found.end()], found.end()
            continue
        literal += text[index : found.start()]
        if literal:
            yield Part(literal, is_expression=False)
        end = _end(text, found.end())
        yield Part(text[found.end() : end].strip(), is_expression=True)
        literal, index = "", end + 1
    literal += text[index:]
    if literal:
        yield Part(literal, is_expression=False)


def expression(text: str) -> str | None:
    """The expression when ``text`` consists of a single one and needs no quotes; None otherwise."""
    found = list(parts(text))
    return found[0].text if len(found) == 1 and found[0].is_expression else None


def quoted(text: str) -> str:
    """``text`` between quotes, with its expressions unchanged."""
    return (
        '"' + "".join(f"${{{part.text}}}" if part.is_expression else _escaped(part.text) for part in parts(text)) + '"'
    )


def simplified(text: str) -> str:
    """``text`` without nested interpolation and legacy indexes: ``${f(${var.a.0})}`` becomes ``${f(var.a[0])}``."""
    if "${" not in text:
        return text
    return "".join(f"${{{_bare(part.text)}}}" if part.is_expression else part.text for part in parts(text))


def _bare(expression_: str) -> str:
    bare, index = "", 0
    while index < len(expression_):
        legacy = _LEGACY_INDEX.match(expression_, index)
        start = index
        if expression_[index] == '"':
            index = _end_of_quotes(expression_, index + 1) + 1
            bare += expression_[start:index]
        elif expression_[index : index + 2] == "${":
            index = _end(expression_, index + 2) + 1
            bare += _bare(expression_[start + 2 : index - 1])
        elif legacy:
            bare, index = f"{bare}{legacy[1]}[{legacy[2]}]", legacy.end()
        else:
            bare, index = bare + expression_[index], index + 1
    return bare


def _escaped(literal: str) -> str:
    for plain, safe in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        literal = literal.replace(plain, safe)
    return literal


def _end(text: str, index: int) -> int:
    """Index of the brace that closes the expression at ``index``; quotes inside it may hold templates."""
    depth = 0
    while index < len(text):
        character = text[index]
        if character == '"':
            index = _end_of_quotes(text, index + 1)
        elif character == "{":
            depth += 1
        elif character == "}":
            if not depth:
                return index
            depth -= 1
        index += 1
    raise ValueError(f"a template has no closing brace: {text[:60]}")


def _end_of_quotes(text: str, index: int) -> int:
    while index < len(text):
        if text[index] == "\\":
            index += 2
        elif text[index : index + 2] == "${":
            index = _end(text, index + 2) + 1
        elif text[index] == '"':
            return index
        else:
            index += 1
    raise ValueError(f"a quoted text has no closing quote: {text[:60]}")
