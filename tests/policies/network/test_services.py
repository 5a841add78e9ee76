"""Protocols and ports as AWS reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terraform_gate.network.services import EVERY_SERVICE, describe, service, services


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
def test_protocols_and_ports_are_read_as_aws_does(protocol: str, first: int, last: int, text: str) -> None:
    assert describe(services(protocol, first, last)) == text
    assert services(protocol, first, last) <= EVERY_SERVICE


@pytest.mark.parametrize(
    ("protocol", "first", "last"), [("tcp", 10, 5), ("tcp", 0, 70000), ("ftp", 1, 2), ("256", 0, 0)]
)
def test_invalid_protocols_and_ports_are_rejected(protocol: str, first: int, last: int) -> None:
    with pytest.raises(ValueError):
        services(protocol, first, last)


@given(st.sampled_from(["tcp", "udp"]), st.integers(0, 65535), st.integers(0, 65535), st.integers(0, 65535))
def test_tcp_and_udp_ports_do_not_overlap(protocol: str, first: int, last: int, probe: int) -> None:
    low, high = sorted((first, last))
    other = "udp" if protocol == "tcp" else "tcp"
    assert (service(protocol, probe) in services(protocol, low, high)) == (low <= probe <= high)
    assert service(other, probe) not in services(protocol, low, high)
