"""Dead lines, reply legs and unions of blocks against trying every address and port; and thousands of rules in time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from terraform_gate.network.addresses import addresses, is_internet_wide
from terraform_gate.network.analysis.decision_grid import decided_grid
from terraform_gate.network.analysis.exposure import internet_exposures
from terraform_gate.network.analysis.shadowed_entries import shadowed_entries
from terraform_gate.network.filters import AclEntry, Block, Direction, SecurityRule, Unknown
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.services import service, services

BLOCKS = ["10.0.0.0/29", "10.0.0.0/30", "10.0.0.4/30", "10.0.0.2/31", "10.0.0.7/32", "10.0.0.0/31"]
SPACE = list(IPv4Network("10.0.0.0/29"))
PORTS = range(12)
Drawn = tuple[bool, str, tuple[int, int]]

DRAWN = st.tuples(
    st.booleans(),
    st.sampled_from(BLOCKS),
    st.tuples(st.integers(0, 11), st.integers(0, 11)).map(lambda pair: (min(pair), max(pair))),
)
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


def line(number: int, drawn: Drawn) -> AclEntry:
    allow, block, ports = drawn
    return AclEntry(
        name=f"{number}",
        number=number,
        direction=Direction.INGRESS,
        allow=allow,
        peer=Block(addresses(block), block),
        services=services("tcp", *ports),
    )


def first_match(entries: Sequence[Drawn], address: IPv4Address, port: int) -> int | None:
    for number, (_, block, ports) in enumerate(entries):
        if address in IPv4Network(block) and ports[0] <= port <= ports[1]:
            return number
    return None


@pytest.mark.feature("P2")
@given(st.lists(DRAWN, max_size=8))
def test_dead_lines_are_those_that_no_packet_meets_first(drawn: list[Drawn]) -> None:
    met = {first_match(drawn, address, port) for address in SPACE for port in PORTS}
    expected = {str(number) for number in range(len(drawn)) if number not in met}
    shadowed = list(shadowed_entries([line(number, item) for number, item in enumerate(drawn)]))
    event(f"{bool(expected)}")
    assert {item.line.name for item in shadowed} == expected
    for item in shadowed:
        allow, block, ports = drawn[int(item.line.name)]
        deciders = {
            drawn[number or 0][0]
            for address in IPv4Network(block)
            for port in range(ports[0], ports[1] + 1)
            if (number := first_match(drawn, address, port)) is not None
        }
        assert item.contradicted == ((not allow) in deciders)


@pytest.mark.feature("P2")
@given(st.lists(DRAWN, max_size=8), st.sampled_from(BLOCKS), st.tuples(st.integers(0, 5), st.integers(6, 11)))
def test_a_grid_allows_what_every_packet_is_allowed(drawn: list[Drawn], block: str, ports: tuple[int, int]) -> None:
    wanted, peer = services("tcp", *ports), addresses(block)
    entries = [line(number, item) for number, item in enumerate(drawn)]
    expected = all(
        (number := first_match(drawn, address, port)) is not None and drawn[number][0]
        for address in IPv4Network(block)
        for port in range(ports[0], ports[1] + 1)
    )
    for assume_open in (True, False):
        assert (
            decided_grid(entries, peers=[peer], services=wanted, assume_open=assume_open).allows_all(peer, wanted)
            == expected
        )


@pytest.mark.feature("P1")
@given(st.lists(st.tuples(st.sampled_from(HALVES), st.integers(1, 4), st.integers(0, 3)), max_size=7))
def test_rules_open_to_the_world_are_found_service_by_service(drawn: list[tuple[str, int, int]]) -> None:
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


@pytest.mark.feature("P2")
def test_lines_that_are_not_known_neither_die_nor_kill() -> None:
    unknown = AclEntry(
        name="unknown",
        number=1,
        direction=Direction.INGRESS,
        allow=True,
        peer=Unknown("${var.x}"),
        services=services("tcp"),
    )
    known = line(2, (True, "10.0.0.0/29", (0, 11)))
    assert list(shadowed_entries([unknown, known])) == []
    wanted = services("tcp", 0, 11)
    answers = [
        decided_grid([unknown], peers=[addresses("10.0.0.0/29")], services=wanted, assume_open=assume_open).allows_all(
            addresses("10.0.0.0/29"), wanted
        )
        for assume_open in (True, False)
    ]
    assert answers == [True, False]


@pytest.mark.feature("P2")
def test_thousands_of_lines_end() -> None:
    """No clock: with an algorithm that compares cell by cell this test would not end within the patience of anybody."""
    chance = random.Random(1)
    entries = [
        AclEntry(
            name=f"{number}",
            number=number,
            direction=Direction.INGRESS,
            allow=chance.random() < 0.5,
            peer=Block(addresses(block := chance.choice(["0.0.0.0/0", f"10.{number % 256}.0.0/16"])), block),
            services=services("tcp", low := chance.randrange(60000), low + chance.randrange(5000)),
        )
        for number in range(5000)
    ]
    shadowed = list(shadowed_entries(entries))
    assert len(shadowed) > 3000
    assert all(item.shadowed_by for item in shadowed)
