"""Shadowed entries, compared with an evaluation packet by packet."""

from __future__ import annotations

import random
from ipaddress import IPv4Network

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from terraform_gate.network.addresses import addresses
from terraform_gate.network.analysis.shadowed_entries import shadowed_entries
from terraform_gate.network.filters import AclEntry, Block, Direction
from terraform_gate.network.services import services

from tests.policies.network.analysis.generated_entries import DRAWN, PORTS, SPACE, Drawn, first_match, line


@pytest.mark.feature("P2")
@given(st.lists(DRAWN, max_size=8))
def test_entries_that_no_packet_matches_first_are_shadowed(drawn: list[Drawn]) -> None:
    met = {first_match(drawn, address, port) for address in SPACE for port in PORTS}
    expected = {str(number) for number in range(len(drawn)) if number not in met}
    shadowed = list(shadowed_entries([line(number, item) for number, item in enumerate(drawn)]))
    event(f"{bool(expected)}")
    assert {item.entry.name for item in shadowed} == expected
    for item in shadowed:
        allow, block, ports = drawn[int(item.entry.name)]
        deciders = {
            drawn[number or 0][0]
            for address in IPv4Network(block)
            for port in range(ports[0], ports[1] + 1)
            if (number := first_match(drawn, address, port)) is not None
        }
        assert item.contradicted == ((not allow) in deciders)


@pytest.mark.feature("P2")
def test_thousands_of_entries_terminate() -> None:
    """No time limit: an algorithm that compares cell by cell would run for hours."""
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
