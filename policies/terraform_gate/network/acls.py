"""Evaluates a network ACL: entries in order of rule number, the first match decides, replies are not special."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from terraform_gate.network.filters import AclEntry
from terraform_gate.network.location import Location, matches
from terraform_gate.network.ranges import Ranges

Box = tuple[Ranges, Ranges]
"""Addresses of the other side and services: every combination of the two."""


@dataclass
class Passage:
    """What a network ACL allows.

    Attributes:
        always: addresses for which every requested service is allowed.
        allowed: pairs of addresses and services that are allowed.
        by: the entries that allowed traffic.
        denied_by: the entries that denied traffic; None where no entry matched.
    """

    always: Ranges
    allowed: list[Box] = field(default_factory=list)
    by: list[AclEntry] = field(default_factory=list)
    denied_by: list[AclEntry | None] = field(default_factory=list)


def passage(entries: Iterable[AclEntry], other: Location, *, services: Ranges, assume_open: bool) -> Passage:
    """Evaluate the entries of one direction.

    Args:
        entries: entries in order of rule number.
        other: the endpoint on the other side of the subnet's border.
        services: the services of the packets, as points of the axis of `services`.
        assume_open: whether unknown values are taken as allowing traffic or as denying it.
    """
    result = Passage(always=other.addresses)
    undecided: list[Box] = [(other.addresses, services)]
    for entry in entries:
        if not undecided:
            break
        undecided = _decide(entry, other, undecided, result, assume_open=assume_open)
    for addresses, _ in undecided:
        result.always -= addresses
        result.denied_by.append(None)
    return result


def _decide(entry: AclEntry, other: Location, undecided: list[Box], result: Passage, *, assume_open: bool) -> list[Box]:
    allow = assume_open if entry.allow is None else entry.allow
    assume_match = assume_open if allow else not assume_open
    matched = other.matched_by(entry.peer, assume_match=assume_match)
    rest: list[Box] = []
    for addresses, services in undecided:
        hit, ports = addresses & matched, matches(entry.services, services, assume_match=assume_match)
        if not hit or not ports:
            rest.append((addresses, services))
            continue
        _note(entry, (hit, ports), result, allow=allow)
        rest.extend(box for box in ((addresses - hit, services), (hit, services - ports)) if box[0] and box[1])
    return rest


def _note(entry: AclEntry, box: Box, result: Passage, *, allow: bool) -> None:
    if allow:
        result.allowed.append(box)
        result.by.append(entry)
    else:
        result.always -= box[0]
        result.denied_by.append(entry)
