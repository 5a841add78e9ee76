"""The table of Fargate sizes, compared with published numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.facts.fargate_sizes import MEMORY_MIB, invalid_size


@pytest.mark.feature("T7")
@given(st.sampled_from([256, 512, 1024, 2048, 4096, 8192, 16384]), st.integers(1, 130_000))
def test_only_sizes_of_the_table_are_valid(cpu: int, memory_mib: int) -> None:
    assert (invalid_size(cpu=cpu, memory_mib=memory_mib) is None) == (memory_mib in MEMORY_MIB[cpu])


@pytest.mark.feature("T7")
@pytest.mark.parametrize(
    ("cpu", "number", "least", "most"),
    [(256, 3, 512, 2048), (512, 4, 1024, 4096), (1024, 7, 2048, 8192), (2048, 13, 4096, 16384), (4096, 23, 8192, 30720),
     (8192, 12, 16384, 61440), (16384, 12, 32768, 122880)],
)  # fmt: skip
def test_table_of_fargate_sizes(cpu: int, number: int, least: int, most: int) -> None:
    assert (len(MEMORY_MIB[cpu]), MEMORY_MIB[cpu][0], MEMORY_MIB[cpu][-1]) == (number, least, most)
