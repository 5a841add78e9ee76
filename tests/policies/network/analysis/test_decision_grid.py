"""The decision grid, compared with an evaluation packet by packet."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terraform_gate.network.addresses import addresses
from terraform_gate.network.analysis.decision_grid import decided_grid
from terraform_gate.network.analysis.shadowed_entries import shadowed_entries
from terraform_gate.network.filters import AclEntry, Direction, Unknown
from terraform_gate.network.services import services

from tests.policies.network.analysis.generated_entries import BLOCKS, DRAWN, Drawn, first_match, line


@pytest.mark.feature("P2")
@given(st.lists(DRAWN, max_size=8), st.sampled_from(BLOCKS), st.tuples(st.integers(0, 5), st.integers(6, 11)))
def test_grid_allows_exactly_what_every_packet_passes(drawn: list[Drawn], block: str, ports: tuple[int, int]) -> None:
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


@pytest.mark.feature("P2")
def test_unknown_entries_neither_shadow_nor_are_shadowed() -> None:
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
