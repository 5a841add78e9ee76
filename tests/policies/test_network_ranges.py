"""Range arithmetic against Python's own sets, and the two axes against the standard library."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terraform_gate.network.addresses import (
    EVERY_IPV4,
    EVERY_IPV6,
    IPV6_ORIGIN,
    addresses,
    blocks,
    host_bits,
    is_internet_wide,
)
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.services import EVERY_SERVICE, describe, service, services

SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6)


def as_set(ranges: Ranges) -> set[int]:
    return {number for start, stop in ranges.spans for number in range(start, stop)}


@given(SPANS, SPANS)
def test_operations_agree_with_sets(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> None:
    one, two = Ranges.of(*left), Ranges.of(*right)
    first, second = as_set(one), as_set(two)
    assert first == {number for start, stop in left for number in range(start, stop)}
    assert as_set(one | two) == first | second
    assert as_set(one & two) == first & second
    assert as_set(one - two) == first - second
    assert (one <= two) == (first <= second)
    assert one.size == len(first)
    assert bool(one) == bool(first)


@given(SPANS)
def test_spans_are_sorted_and_apart(spans: list[tuple[int, int]]) -> None:
    made = Ranges.of(*spans).spans
    assert all(start < stop for start, stop in made)
    assert all(before[1] < after[0] for before, after in pairwise(made))


@given(SPANS, st.lists(SPANS, max_size=4))
def test_no_set_changes_its_mind_within_a_cell(
    whole: list[tuple[int, int]], others: list[list[tuple[int, int]]]
) -> None:
    ranges, sets = Ranges.of(*whole), [Ranges.of(*spans) for spans in others]
    cells = list(ranges.cells(sets))
    assert as_set(Ranges.of(*cells)) == as_set(ranges)
    for start, stop in cells:
        for other in sets:
            assert len({number in other for number in range(start, stop)}) == 1


@given(st.ip_addresses(), st.integers(0, 128), st.ip_addresses())
def test_a_block_holds_what_the_standard_library_says(base: object, prefix: int, probe: object) -> None:
    one, two = ip_address(str(base)), ip_address(str(probe))
    cidr = f"{one}/{min(prefix, one.max_prefixlen)}"
    point = int(two) + (IPV6_ORIGIN if two.version == 6 else 0)
    expected = two.version == one.version and two in ip_network(cidr, strict=False)
    assert (point in addresses(cidr)) == expected
    assert blocks(addresses(cidr)) == str(ip_network(cidr, strict=False))
    assert (host_bits(cidr) is None) == (
        str(ip_network(cidr, strict=False)) == f"{ip_network(f'{one}')[0]}/{cidr.split('/')[1]}"
    )


@pytest.mark.parametrize("text", ["", "banana", "10.0.0.0/33", "10.0.0/8", "300.0.0.0/8", "::/129", "${var.cidr}"])
def test_what_is_no_block_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        addresses(text)


@pytest.mark.parametrize(
    ("cidrs", "world"),
    [
        (["0.0.0.0/0"], True),
        (["::/0"], True),
        (["0.0.0.0/1", "128.0.0.0/1"], True),
        (["128.0.0.0/1"], True),
        ([f"{first}.0.0.0/8" for first in (1, 2)], True),
        (["2000::/4"], True),
        (["8.0.0.0/8"], False),
        (["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], False),
        (["203.0.113.0/24", "2001:db8::/32"], False),
        (["fc00::/7"], False),
    ],
)
def test_the_world_is_seen_through_its_disguises(cidrs: list[str], *, world: bool) -> None:
    assert is_internet_wide(Ranges.union(map(addresses, cidrs))) is world


def test_families_do_not_overlap() -> None:
    assert not EVERY_IPV4 & EVERY_IPV6
    assert not addresses("::/96") & addresses("0.0.0.0/0")


@pytest.mark.parametrize(
    ("protocol", "first", "last", "text"),
    [
        ("tcp", 5432, 5432, "tcp/5432"),
        ("6", 0, 65535, "tcp"),
        (17, 1024, 65535, "udp/1024-65535"),
        ("-1", 0, 0, "every protocol and port"),
        ("all", None, None, "every protocol and port"),
        ("icmp", 8, -1, "icmp/type 8"),
        ("icmp", -1, -1, "icmp"),
        ("icmpv6", 128, 0, "icmpv6/type 128"),
        ("50", 10, 20, "protocol 50"),
        ("tcp", -1, -1, "tcp"),
    ],
)
def test_services_are_read_as_aws_reads_them(protocol: str, first: int, last: int, text: str) -> None:
    assert describe(services(protocol, first, last)) == text
    assert services(protocol, first, last) <= EVERY_SERVICE


@pytest.mark.parametrize(
    ("protocol", "first", "last"), [("tcp", 10, 5), ("tcp", 0, 70000), ("ftp", 1, 2), ("256", 0, 0)]
)
def test_impossible_services_are_refused(protocol: str, first: int, last: int) -> None:
    with pytest.raises(ValueError):
        services(protocol, first, last)


@given(st.sampled_from(["tcp", "udp"]), st.integers(0, 65535), st.integers(0, 65535), st.integers(0, 65535))
def test_ports_of_one_protocol_are_not_those_of_another(protocol: str, first: int, last: int, probe: int) -> None:
    low, high = sorted((first, last))
    other = "udp" if protocol == "tcp" else "tcp"
    assert (service(protocol, probe) in services(protocol, low, high)) == (low <= probe <= high)
    assert service(other, probe) not in services(protocol, low, high)
