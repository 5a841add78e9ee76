"""Internet exposure, compared with an evaluation port by port."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terraform_gate.network.addresses import addresses, is_internet_wide
from terraform_gate.network.analysis.exposure import internet_exposures
from terraform_gate.network.filters import Block, Direction, SecurityRule
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.services import service, services

HALVES = [
    "0.0.0.0/1",
    "128.0.0.0/1",
    "0.0.0.0/2",
    "64.0.0.0/2",
    "9.0.0.0/8",
    "11.0.0.0/8",
    "10.0.0.0/8",
    "203.0.113.0/24",
]


@pytest.mark.feature("P1")
@given(st.lists(st.tuples(st.sampled_from(HALVES), st.integers(1, 4), st.integers(0, 3)), max_size=7))
def test_internet_exposure_is_found_port_by_port(drawn: list[tuple[str, int, int]]) -> None:
    rules = [
        SecurityRule(
            name=f"{index}",
            direction=Direction.INGRESS,
            peer=Block(addresses(block), block),
            services=services("tcp", first, first + more),
        )
        for index, (block, first, more) in enumerate(drawn)
    ]
    expected: dict[str, set[int]] = {}
    for port in range(10):
        here = [(index, item[0]) for index, item in enumerate(drawn) if item[1] <= port <= item[1] + item[2]]
        if is_internet_wide(Ranges.union(addresses(block) for _, block in here)):
            for index, block in here:
                if block != "10.0.0.0/8":
                    expected.setdefault(f"{index}", set()).add(service("tcp", port))
    found = {
        item.name: {point for start, stop in item.services.spans for point in range(start, stop)}
        for item in internet_exposures(rules)
    }
    assert found == expected
