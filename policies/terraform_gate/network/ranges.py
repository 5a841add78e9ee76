"""Sets of integers as ranges: the arithmetic behind addresses, protocols and ports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Ranges:
    """A set of integers as sorted, disjoint, half-open spans ``(start, stop)``.

    Create one with ``Ranges.of``; the constructor trusts its argument. Every operation is linear in the number of
    spans, independent of the number of integers.
    """

    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, *spans: Span) -> Ranges:
        """Create the union of half-open spans, which may be unsorted, empty or overlapping."""
        return cls(tuple(_merged(sorted(span for span in spans if span[0] < span[1]))))

    @classmethod
    def union(cls, sets: Iterable[Ranges]) -> Ranges:
        """Create the union of many sets with a single sort."""
        return cls.of(*(span for ranges in sets for span in ranges.spans))

    def __or__(self, other: Ranges) -> Ranges:
        return Ranges.of(*self.spans, *other.spans)

    def __and__(self, other: Ranges) -> Ranges:
        return Ranges(tuple(_common(self.spans, other.spans)))

    def __sub__(self, other: Ranges) -> Ranges:
        return Ranges(tuple(_remaining(self.spans, other.spans)))

    def __le__(self, other: Ranges) -> bool:
        return not self - other

    def __bool__(self) -> bool:
        return bool(self.spans)

    def __contains__(self, number: int) -> bool:
        return any(start <= number < stop for start, stop in self.spans)

    @property
    def size(self) -> int:
        """The number of integers in the set."""
        return sum(stop - start for start, stop in self.spans)

    def cells(self, others: Iterable[Ranges]) -> Iterator[Span]:
        """Cut this set at every border of ``others``: each of the others contains a cell completely or not at all."""
        borders = {edge for ranges in others for span in ranges.spans for edge in span}
        for start, stop in self.spans:
            inside = sorted({start, stop, *(edge for edge in borders if start < edge < stop)})
            yield from pairwise(inside)


NOTHING = Ranges()


def _merged(spans: list[Span]) -> Iterator[Span]:
    if not spans:
        return
    start, stop = spans[0]
    for next_start, next_stop in spans[1:]:
        if next_start > stop:
            yield start, stop
            start, stop = next_start, next_stop
        else:
            stop = max(stop, next_stop)
    yield start, stop


def _common(left: tuple[Span, ...], right: tuple[Span, ...]) -> Iterator[Span]:
    one = two = 0
    while one < len(left) and two < len(right):
        start, stop = max(left[one][0], right[two][0]), min(left[one][1], right[two][1])
        if start < stop:
            yield start, stop
        if left[one][1] < right[two][1]:
            one += 1
        else:
            two += 1


def _remaining(left: tuple[Span, ...], right: tuple[Span, ...]) -> Iterator[Span]:
    first = 0
    for whole_start, stop in left:
        start = whole_start
        while first < len(right) and right[first][1] <= start:
            first += 1
        index = first
        while index < len(right) and right[index][0] < stop:
            if start < right[index][0]:
                yield start, right[index][0]
            start = max(start, right[index][1])
            index += 1
        if start < stop:
            yield start, stop
