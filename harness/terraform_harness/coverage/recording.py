"""Records which attributes of which resource types tests and policies read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Attribute = tuple[str, str]
"""A resource type and the name of one of its attributes."""
RECORDED: set[Attribute] = set()


class RecordingBody(dict[str, Any]):
    """The body of a resource; records the attributes that are read by name."""

    def __init__(self, type_: str, body: Mapping[str, Any]) -> None:
        super().__init__(body)
        self._type = type_

    def __getitem__(self, key: str) -> Any:
        RECORDED.add((self._type, key))
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the attribute ``key``."""
        RECORDED.add((self._type, key))
        return super().get(key, default)


def record() -> Callable[[], None]:
    """Record every attribute that templates, and policies where installed, read from now on.

    Returns:
        A function that ends the recording.
    """
    from terraform_harness.assertions.template import Found

    undo = [_wrap(Found, "values")]
    if find_spec("terraform_gate"):
        from terraform_gate.terraform_resource import Resource

        undo.append(_wrap(Resource, "body"))

    def end() -> None:
        for restore in undo:
            restore()

    return end


def _wrap(owner: type, attribute: str) -> Callable[[], None]:
    """Let new objects of ``owner`` have a recording ``attribute``; returns the function that undoes it."""
    original = owner.__init__  # type: ignore[misc]

    def make(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        body = getattr(self, attribute)
        if not isinstance(body, RecordingBody):
            object.__setattr__(self, attribute, RecordingBody(self.type, body))

    def undo() -> None:
        owner.__init__ = original  # type: ignore[misc]

    owner.__init__ = make  # type: ignore[misc]
    return undo


def save(file: Path) -> None:
    """Append the recorded attributes to ``file``, one on each line, so that several processes can write to it."""
    lines = "".join(json.dumps(attribute) + "\n" for attribute in sorted(RECORDED))
    with file.open("a") as out:
        out.write(lines)


def load(files: Iterable[Path]) -> frozenset[Attribute]:
    """Return the attributes recorded in ``files``."""
    lines = (line for file in files for line in file.read_text().splitlines())
    return frozenset((type_, key) for type_, key in map(json.loads, lines))
