"""Which attribute of which resource type anybody looks at, recorded while tests and rules run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

Touch = tuple[str, str]
TOUCHED: set[Touch] = set()


class Watched(dict[str, Any]):
    """A resource's body that remembers which of its attributes were asked for by name."""

    def __init__(self, kind: str, body: Mapping[str, Any]) -> None:
        super().__init__(body)
        self._kind = kind

    def __getitem__(self, key: str) -> Any:
        TOUCHED.add((self._kind, key))
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        TOUCHED.add((self._kind, key))
        return super().get(key, default)


def watch() -> Callable[[], None]:
    """From now on, watch every resource that rules and templates read; the returned function ends it."""
    from terraform_gate.terraform_resource import Resource

    from terraform_harness.assertions.template import Found

    undo = [_wrap(Resource, "body"), _wrap(Found, "values")]

    def end() -> None:
        for one in undo:
            one()

    return end


def _wrap(owner: type, attribute: str) -> Callable[[], None]:
    """Let ``owner`` be made with a watched ``attribute``; returns how to undo it."""
    original = owner.__init__  # type: ignore[misc]

    def make(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        body = getattr(self, attribute)
        if not isinstance(body, Watched):
            object.__setattr__(self, attribute, Watched(self.type, body))

    def undo() -> None:
        owner.__init__ = original  # type: ignore[misc]

    owner.__init__ = make  # type: ignore[misc]
    return undo


def save(file: Path) -> None:
    """Add what was touched to ``file``, one touch a line, so that several processes may write to it."""
    lines = "".join(json.dumps(touch) + "\n" for touch in sorted(TOUCHED))
    with file.open("a") as out:
        out.write(lines)


def load(files: Iterable[Path]) -> frozenset[Touch]:
    return frozenset((kind, key) for file in files for kind, key in map(json.loads, file.read_text().splitlines()))
