"""What is known of a root before any plan: defaults of variables, locals, outputs of the stacks it reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.expression import qualify, spans

_VARIABLE = re.compile(r"var\.([\w-]+)(.*)", re.DOTALL)
_LOCAL = re.compile(r"local\.([\w-]+)(.*)", re.DOTALL)
_REMOTE = re.compile(r"data\.terraform_remote_state\.([\w-]+)\.outputs(?:\.([\w-]+)|\[\"([^\"]+)\"\])(.*)", re.DOTALL)
_STEP = re.compile(r"\.([\w-]+)|\[\"([^\"]*)\"\]|\[(\d+)\]")

RemoteOutput = Callable[[str, str], Any]
"""(label of the terraform_remote_state, output name) -> evaluated value, or raises LookupError."""


@dataclass
class Scope:
    """The names that expressions of one root may use. `stack` qualifies the references that stay."""

    stack: str
    variables: Mapping[str, Any]
    local_values: Mapping[str, Any]
    remote_output: RemoteOutput
    _busy: set[str] = field(default_factory=set)

    def evaluate(self, value: Any) -> Any:
        """Replace every expression whose value is known; qualify the references in the others."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {self._key(key): self.evaluate(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.evaluate(item) for item in value]
        return value

    def _key(self, key: str) -> str:
        return str(self._text(key)) if "${" in key else key

    def _text(self, text: str) -> Any:
        found = list(spans(text))
        if found == [(0, len(text))]:
            return self._expression(text[2:-1].strip())
        done, end = [], 0
        for start, stop in found:
            done += [text[end:start], self._within(text[start:stop])]
            end = stop
        return "".join([*done, text[end:]]) if found else text

    def _within(self, span: str) -> str:
        value = self._expression(span[2:-1].strip())
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, str | int | float) else f"${{{qualify(span[2:-1], stack=self.stack)}}}"

    def _expression(self, inside: str) -> Any:
        unknown = f"${{{qualify(inside, stack=self.stack)}}}"
        if inside in self._busy:
            return unknown
        self._busy.add(inside)
        try:
            return self._lookup(inside)
        except LookupError:
            return unknown
        finally:
            self._busy.discard(inside)

    def _lookup(self, inside: str) -> Any:
        if match := _VARIABLE.fullmatch(inside):
            return walk(self.evaluate(self.variables[match[1]]), match[2])
        if match := _LOCAL.fullmatch(inside):
            return walk(self.evaluate(self.local_values[match[1]]), match[2])
        if match := _REMOTE.fullmatch(inside):
            return walk(self.remote_output(match[1], match[2] or match[3]), match[4])
        raise LookupError(inside)


def walk(value: Any, path: str) -> Any:
    """Follow `.name`, `["name"]` and `[0]` into a value.

    Raises:
        LookupError: the path is something else (a splat, an operator) or leads nowhere.
    """
    if isinstance(value, str) and path and value.startswith("${") and value.endswith("}") and _STEP.match(path):
        return f"{value[:-1]}{path}}}"
    position = 0
    while match := _STEP.match(path, position):
        name, quoted, index = match.groups()
        value = _item(value, int(index) if index else (name or quoted))
        position = match.end()
    if position != len(path):
        raise LookupError(path)
    return value


def _item(value: Any, step: str | int) -> Any:
    if isinstance(step, int) and isinstance(value, list):
        return value[step]
    if isinstance(step, str) and isinstance(value, Mapping):
        return value[step]
    raise LookupError(step)
