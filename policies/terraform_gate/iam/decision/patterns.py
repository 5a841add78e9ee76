"""Compares text with the patterns of policies: wildcards, ARNs, policy variables, and Terraform expressions.

Sources:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html (wildcards in ARNs)
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html (ArnLike)
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html (variables, default values)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from terraform_gate.iam.decision.context import UNKNOWN, Context
from terraform_gate.iam.decision.truth import Truth

_EXPRESSION = re.compile(r"\$\{([^}]*)\}")
_VARIABLE = re.compile(r"(?P<key>[\w.-]+:[^,${}\"?]+?)\s*(?:,\s*'(?P<default>[^']*)')?")
_RESOURCE_COLONS = 5
"""Colons in front of the last part of an ARN, which may contain more of them."""


class Style(Enum):
    """How the literal text of a pattern is compared."""

    EXACT = "no wildcards"
    GLOB = "`*` is any number of characters, `?` is one"
    RESOURCE = "an ARN; a `*` at the end of a part may cover the parts after it"
    ARN = "an ARN; each of the six parts is compared separately"


class _Kind(Enum):
    TEXT = "text of the pattern"
    VALUE = "value of a policy variable, compared literally"
    VARIABLE = "policy variable"
    UNKNOWN = "Terraform expression, or variable without a known value"


class _Token(NamedTuple):
    kind: _Kind
    text: str
    default: str | None = None


class Pattern:
    """One pattern, compiled once; only a pattern with policy variables is compiled again for each of their values.

    Args:
        text: The pattern as the policy contains it.
        style: How its literal text is compared.
        has_variables: Whether the version of the policy has policy variables (2012-10-17).
        ignores_case: Whether letters match without regard to case.
    """

    __slots__ = ("_compiled", "_flags", "_is_unknown", "_style", "_tokens", "text")

    def __init__(self, text: str, style: Style, *, has_variables: bool = True, ignores_case: bool = False) -> None:
        self.text, self._style = text, style
        self._flags = re.DOTALL | (re.IGNORECASE if ignores_case else 0)
        self._tokens = tuple(_tokens(text)) if has_variables else (_Token(_Kind.TEXT, text),)
        self._is_unknown = any(token.kind is _Kind.UNKNOWN for token in self._tokens)
        is_static = not any(token.kind is _Kind.VARIABLE for token in self._tokens)
        self._compiled = _compiled(_source(self._tokens, style), self._flags) if is_static else None

    def matches(self, value: str, context: Context) -> Truth:
        """Return whether ``value`` matches; None when that depends on a part of the pattern that is not known."""
        compiled, is_unknown = self._compiled, self._is_unknown
        if compiled is None:
            tokens = [_resolved(token, context) for token in self._tokens]
            known = [token for token in tokens if token is not None]
            if len(known) < len(tokens):
                return False
            is_unknown = any(token.kind is _Kind.UNKNOWN for token in known)
            compiled = _compiled(_source(known, self._style), self._flags)
        if compiled.fullmatch(value) is None:
            return False
        return None if is_unknown and value != self.text else True


def _tokens(text: str) -> Iterator[_Token]:
    end = 0
    for found in _EXPRESSION.finditer(text):
        yield _Token(_Kind.TEXT, text[end : found.start()])
        end = found.end()
        inside = found[1].strip()
        variable = _VARIABLE.fullmatch(inside)
        if inside in {"*", "?", "$"}:
            yield _Token(_Kind.VALUE, inside)
        elif variable:
            yield _Token(_Kind.VARIABLE, variable["key"].lower(), variable["default"])
        else:
            yield _Token(_Kind.UNKNOWN, found[0])
    yield _Token(_Kind.TEXT, text[end:])


def _resolved(token: _Token, context: Context) -> _Token | None:
    """Replace a variable by its value; None when the request does not have it and there is no default."""
    if token.kind is not _Kind.VARIABLE:
        return token
    values = context.get(token.text)
    if values is UNKNOWN:
        return _Token(_Kind.UNKNOWN, token.text)
    if values is not None and len(values) == 1:
        return _Token(_Kind.VALUE, values[0])
    return None if token.default is None else _Token(_Kind.VALUE, token.default)


def _source(tokens: Sequence[_Token], style: Style) -> str:
    is_arn = style in {Style.RESOURCE, Style.ARN} and tokens[0].text not in {"", "*"}
    colons, source = 0 if is_arn else _RESOURCE_COLONS, []
    for token in tokens:
        if token.kind is _Kind.UNKNOWN:
            colons, part = _RESOURCE_COLONS, ".*"
        elif token.kind is _Kind.VALUE or style is Style.EXACT:
            colons, part = colons + token.text.count(":"), re.escape(token.text)
        else:
            part, colons = _wildcards(token.text, colons, spans=style is not Style.ARN)
        source.append(part)
    return "".join(source)


def _wildcards(text: str, colons: int, *, spans: bool) -> tuple[str, int]:
    source = []
    for index, char in enumerate(text):
        colons += char == ":"
        is_last_part = colons >= _RESOURCE_COLONS
        if char == "*":
            ends_part = text[index + 1 : index + 2] in {"", ":"}
            source.append(".*" if is_last_part or (spans and ends_part) else "[^:]*")
        elif char == "?":
            source.append("." if is_last_part else "[^:]")
        else:
            source.append(re.escape(char))
    return "".join(source), colons


@lru_cache(maxsize=10_000)
def _compiled(source: str, flags: int) -> re.Pattern[str]:
    return re.compile(source, flags)


@lru_cache(maxsize=10_000)
def overlap(first: str, second: str) -> bool:
    """Return whether one text matches both patterns with `*` and `?`."""
    possible = {0}
    for char in first:
        possible = _expanded(possible, second)
        if char == "*":
            possible = set(range(min(possible), len(second) + 1)) if possible else possible
            continue
        possible = {
            index if second[index] == "*" else index + 1
            for index in possible
            if index < len(second) and (second[index] in {"*", "?", char} or char == "?")
        }
    return len(second) in _expanded(possible, second)


def _expanded(possible: set[int], pattern: str) -> set[int]:
    """Add the positions behind each `*` at a position: it may match nothing."""
    found = set(possible)
    for index in possible:
        position = index
        while position < len(pattern) and pattern[position] == "*":
            position += 1
            found.add(position)
    return found
