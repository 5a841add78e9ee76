"""Protocols and ports on one axis of integers: ``protocol number * 65536 + port``.

ICMP has types and codes instead of ports: ``type * 256 + code``. Protocols without ports use their whole block of
65536. Source of the numbers: IANA protocol registry. AWS writes "all protocols" as ``-1``.
"""

from __future__ import annotations

from terraform_gate.network.ranges import Ranges, Span

_BLOCK = 1 << 16
TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
_NUMBERS = {"tcp": TCP, "udp": UDP, "icmp": ICMP, "icmpv6": ICMPV6, "ipv6-icmp": ICMPV6}
_NAMES = {TCP: "tcp", UDP: "udp", ICMP: "icmp", ICMPV6: "icmpv6"}

EVERY_SERVICE = Ranges(((0, 256 * _BLOCK),))


def protocol_number(protocol: str | int) -> int | None:
    """Return the protocol number; None for all protocols (``-1``, ``all``).

    Raises:
        ValueError: the protocol is unknown or not between 0 and 255.
    """
    text = str(protocol).strip().lower()
    if text in {"-1", "all"}:
        return None
    number = _NUMBERS[text] if text in _NUMBERS else int(text)
    if not 0 <= number <= 255:
        raise ValueError(f"a protocol must be 0 to 255, -1 or one of {', '.join(_NUMBERS)}, got {protocol}")
    return number


def services(protocol: str | int, first: int | None = None, last: int | None = None) -> Ranges:
    """Return the services of a rule as AWS reads it.

    Args:
        protocol: name or number; ``-1`` for all protocols.
        first: first port, or ICMP type; None and -1 mean all.
        last: last port, or ICMP code; None and -1 mean all.

    Ports of protocols without ports are ignored, as AWS does.

    Raises:
        ValueError: the protocol or the ports are invalid.
    """
    number = protocol_number(protocol)
    if number is None:
        return EVERY_SERVICE
    start = number * _BLOCK
    if number in {ICMP, ICMPV6}:
        low, high = _icmp(first, last)
    elif number in {TCP, UDP}:
        low, high = _ports(first, last)
    else:
        low, high = 0, _BLOCK - 1
    return Ranges(((start + low, start + high + 1),))


def service(protocol: str | int, port: int = 0) -> int:
    """Return one point of the axis: a protocol and a port (ICMP: code 0 of type ``port``).

    Raises:
        ValueError: the protocol is unknown, or is -1 or ``all``.
    """
    number = protocol_number(protocol)
    if number is None:
        raise ValueError(f"a connection has one protocol, got {protocol} (all protocols)")
    return number * _BLOCK + (port * 256 if number in {ICMP, ICMPV6} else port)


def protocol_of(point: int) -> int:
    """Return the protocol number of a point of the axis."""
    return point // _BLOCK


def _icmp(kind: int | None, code: int | None) -> Span:
    if kind is None or kind == -1:
        return 0, _BLOCK - 1
    if code is None or code == -1:
        return kind * 256, kind * 256 + 255
    return kind * 256 + code, kind * 256 + code


def _ports(first: int | None, last: int | None) -> Span:
    low = 0 if first is None or first == -1 else first
    high = _BLOCK - 1 if last is None or last == -1 else last
    if not 0 <= low <= high < _BLOCK:
        raise ValueError(f"ports must be 0 to 65535 with the lower port first, got {first} to {last}")
    return low, high


PORTED_ANYWHERE = services("tcp") | services("udp")


def ephemeral(protocol: int, first: int, last: int) -> Ranges:
    """Return the services of replies to a client: its ephemeral ports for TCP and UDP, else the whole protocol."""
    if protocol in {TCP, UDP}:
        return services(protocol, first, last)
    return services(protocol)


def describe(ranges: Ranges, *, limit: int = 6) -> str:
    """Format the set for messages: ``tcp/5432, udp/1024-65535``.

    Args:
        ranges: a set of services.
        limit: the number of items after which the text ends with "...".
    """
    if ranges == EVERY_SERVICE:
        return "every protocol and port"
    texts = [text for span in ranges.spans for text in _texts(span)]
    return ", ".join(texts[:limit]) + (", ..." if len(texts) > limit else "") if texts else "nothing"


def _texts(span: Span) -> list[str]:
    start, last = span[0], span[1] - 1
    first_protocol, last_protocol = start // _BLOCK, last // _BLOCK
    if first_protocol != last_protocol:
        middle = (first_protocol + 1) * _BLOCK
        if start % _BLOCK == 0 and (last + 1) % _BLOCK == 0:
            return [f"protocols {first_protocol}-{last_protocol}"]
        return [*_texts((start, middle)), *_texts((middle, span[1]))]
    name = _NAMES.get(first_protocol, f"protocol {first_protocol}")
    low, high = start % _BLOCK, last % _BLOCK
    if (low, high) == (0, _BLOCK - 1):
        return [name]
    if first_protocol in {ICMP, ICMPV6}:
        return [
            f"{name}/type {low // 256}" if low // 256 == high // 256 else f"{name}/types {low // 256}-{high // 256}"
        ]
    return [f"{name}/{low}" if low == high else f"{name}/{low}-{high}"]
