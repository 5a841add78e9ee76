"""Address sets, compared with `ipaddress`."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

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


@given(st.ip_addresses(), st.integers(0, 128), st.ip_addresses())
def test_cidr_block_contains_the_addresses_of_ipaddress(base: object, prefix: int, probe: object) -> None:
    network, address = ip_address(str(base)), ip_address(str(probe))
    cidr = f"{network}/{min(prefix, network.max_prefixlen)}"
    point = int(address) + (IPV6_ORIGIN if address.version == 6 else 0)
    expected = address.version == network.version and address in ip_network(cidr, strict=False)
    assert (point in addresses(cidr)) == expected
    assert blocks(addresses(cidr)) == str(ip_network(cidr, strict=False))
    assert (host_bits(cidr) is None) == (
        str(ip_network(cidr, strict=False)) == f"{ip_network(f'{network}')[0]}/{cidr.split('/')[1]}"
    )


@pytest.mark.parametrize("text", ["", "banana", "10.0.0.0/33", "10.0.0/8", "300.0.0.0/8", "::/129", "${var.cidr}"])
def test_invalid_cidr_blocks_are_rejected(text: str) -> None:
    with pytest.raises(ValueError):
        addresses(text)


@pytest.mark.parametrize(
    ("cidrs", "internet_wide"),
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
def test_internet_wide_blocks_are_recognized(cidrs: list[str], *, internet_wide: bool) -> None:
    assert is_internet_wide(Ranges.union(map(addresses, cidrs))) is internet_wide


def test_address_families_do_not_overlap() -> None:
    assert not EVERY_IPV4 & EVERY_IPV6
    assert not addresses("::/96") & addresses("0.0.0.0/0")
