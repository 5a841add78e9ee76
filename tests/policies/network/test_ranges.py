"""Range arithmetic, compared with Python's sets."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from terraform_gate.network.ranges import Ranges

SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6)


def as_set(ranges: Ranges) -> set[int]:
    return {number for start, stop in ranges.spans for number in range(start, stop)}


@given(SPANS, SPANS)
def test_set_operations_match_python_sets(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> None:
    left_ranges, right_ranges = Ranges.of(*left), Ranges.of(*right)
    first, second = as_set(left_ranges), as_set(right_ranges)
    assert first == {number for start, stop in left for number in range(start, stop)}
    assert as_set(left_ranges | right_ranges) == first | second
    assert as_set(left_ranges & right_ranges) == first & second
    assert as_set(left_ranges - right_ranges) == first - second
    assert (left_ranges <= right_ranges) == (first <= second)
    assert left_ranges.size == len(first)
    assert bool(left_ranges) == bool(first)


@given(SPANS)
def test_spans_are_sorted_and_disjoint(spans: list[tuple[int, int]]) -> None:
    made = Ranges.of(*spans).spans
    assert all(start < stop for start, stop in made)
    assert all(before[1] < after[0] for before, after in pairwise(made))


@given(SPANS, st.lists(SPANS, max_size=4))
def test_cells_are_never_partly_contained(whole: list[tuple[int, int]], others: list[list[tuple[int, int]]]) -> None:
    ranges, sets = Ranges.of(*whole), [Ranges.of(*spans) for spans in others]
    cells = list(ranges.cells(sets))
    assert as_set(Ranges.of(*cells)) == as_set(ranges)
    for start, stop in cells:
        for other in sets:
            assert len({number in other for number in range(start, stop)}) == 1
