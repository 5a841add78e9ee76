"""Writes the conditions of nftables rules: protocols, ports, ICMP types and comments."""

from __future__ import annotations

import re

from terraform_harness.packet_filters.ec2_network import EVERY_PROTOCOL, Services

_PORTS = {"6": "tcp", "17": "udp"}
_ICMP = {"1": "icmp", "58": "icmpv6"}


def matching(peer: str, services: Services) -> str:
    """The conditions of a rule: its peer, and its protocol with ports."""
    return f"{peer} {_services(services)}".strip()


def _services(services: Services) -> str:
    if services.protocol == EVERY_PROTOCOL:
        return ""
    if services.protocol in _ICMP:
        return _icmp(_ICMP[services.protocol], services)
    if services.protocol in _PORTS and services.first is not None:
        last = services.first if services.last is None else services.last
        ports = str(services.first) if last == services.first else f"{services.first}-{last}"
        return f"{_PORTS[services.protocol]} dport {ports}"
    return f"meta l4proto {services.protocol}"


def _icmp(name: str, services: Services) -> str:
    if services.first is None:
        return f"meta l4proto {name}"
    code = f" {name} code {services.last}" if services.last is not None else ""
    return f"{name} type {services.first}{code}"


def comment_text(text: str) -> str:
    """Text that is safe in a comment of nft, which allows 128 characters."""
    return re.sub(r'["\\\x00-\x1f]', "?", text)[:80]
