"""Compares the attributes that stacks set with those that tests and policies read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from terraform_harness.coverage.recording import Attribute

# Arguments of Terraform itself, and text for people: nothing depends on their values.
META_ARGUMENTS = frozenset({"//", "depends_on", "lifecycle", "provider", "count", "for_each", "tags", "description"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Attribute coverage of stacks.

    Attributes:
        uncovered: Attributes that nothing reads, by resource type.
        uncovered_types: Resource types of which nothing reads any attribute.
        covered: The number of attributes that are read.
        total: The number of attributes.
    """

    uncovered: Mapping[str, tuple[str, ...]]
    uncovered_types: tuple[str, ...]
    covered: int
    total: int

    @property
    def ratio(self) -> float:
        """Between 0 and 1; 1 when the stacks set no attribute."""
        return self.covered / self.total if self.total else 1.0


def cover(stacks: Iterable[Mapping[str, Any]], *, recorded: frozenset[Attribute]) -> Coverage:
    """Compare the attributes that ``stacks`` set with those in ``recorded``.

    Resource types that ``terraform_harness.verification`` checks in AWS are never listed as uncovered types.
    """
    from terraform_harness.verification import VERIFIERS

    present = {attribute for stack in stacks for attribute in _attributes(stack)}
    missing = present - recorded
    types = {type_ for type_, _ in present}
    covered_types = {type_ for type_, _ in present & recorded} | VERIFIERS.keys()
    uncovered = {type_: tuple(sorted(key for other, key in missing if other == type_)) for type_ in sorted(types)}
    return Coverage(
        uncovered={type_: keys for type_, keys in uncovered.items() if keys},
        uncovered_types=tuple(sorted(types - covered_types)),
        covered=len(present & recorded),
        total=len(present),
    )


def _attributes(stack: Mapping[str, Any]) -> Iterable[Attribute]:
    for type_, resources in stack.get("resource", {}).items():
        for body in resources.values():
            yield from ((type_, key) for key in body if key not in META_ARGUMENTS)
