"""What is in the stacks and nobody looks at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from terraform_harness.coverage.recording import Touch
from terraform_harness.verification.check import VERIFIERS

# Arguments that say how Terraform works on a resource, or what people read; nothing depends on them.
META = frozenset({"//", "depends_on", "lifecycle", "provider", "count", "for_each", "tags", "description"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """``untouched``: attributes by resource type; ``blind``: types of which no attribute is looked at."""

    untouched: Mapping[str, tuple[str, ...]]
    blind: tuple[str, ...]
    touched: int
    total: int

    @property
    def ratio(self) -> float:
        """Between 0 and 1; 1 when there is nothing to look at."""
        return self.touched / self.total if self.total else 1.0


def cover(stacks: Iterable[Mapping[str, Any]], *, touched: frozenset[Touch]) -> Coverage:
    """Compare the attributes that ``stacks`` set with those in ``touched``; types that ``verify`` asks AWS about are
    not blind."""
    there = {(kind, key) for stack in stacks for kind, key in _attributes(stack)}
    missing = there - touched
    kinds = {kind for kind, _ in there}
    looked_at = {kind for kind, key in there & touched} | VERIFIERS.keys()
    untouched = {kind: tuple(sorted(key for one, key in missing if one == kind)) for kind in sorted(kinds)}
    return Coverage(
        untouched={kind: keys for kind, keys in untouched.items() if keys},
        blind=tuple(sorted(kinds - looked_at)),
        touched=len(there & touched),
        total=len(there),
    )


def _attributes(stack: Mapping[str, Any]) -> Iterable[Touch]:
    for kind, named in stack.get("resource", {}).items():
        for body in named.values():
            yield from ((kind, key) for key in body if key not in META)
