"""What a network ACL lets through: its lines in order, the first match decides, replies are not special."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from terraform_gate.network.endpoint_view import Location, matches
from terraform_gate.network.filters import AclRule
from terraform_gate.network.ranges import Ranges

Box = tuple[Ranges, Ranges]
"""Addresses of the other side, and services between them and us: every pair of the two."""


@dataclass
class Passage:
    """What passes: every service for the addresses in ``always``, and what ``allowed`` holds.

    ``by`` are the lines that allowed something, ``refused_by`` those that refused (None: no line matched).
    """

    always: Ranges
    allowed: list[Box] = field(default_factory=list)
    by: list[AclRule] = field(default_factory=list)
    refused_by: list[AclRule | None] = field(default_factory=list)


def passage(lines: Iterable[AclRule], other: Location, *, services: Ranges, hope: bool) -> Passage:
    """Which addresses of ``other`` and which ``services`` pass the ``lines`` of one direction, already in order.

    ``hope`` decides what is not known: True takes it as allowed, False as not.
    """
    result = Passage(always=other.addresses)
    undecided: list[Box] = [(other.addresses, services)]
    for line in lines:
        if not undecided:
            break
        undecided = _decide(line, other, undecided, result, hope=hope)
    for addresses, _ in undecided:
        result.always -= addresses
        result.refused_by.append(None)
    return result


def _decide(line: AclRule, other: Location, undecided: list[Box], result: Passage, *, hope: bool) -> list[Box]:
    allow = hope if line.allow is None else line.allow
    generous = hope if allow else not hope
    meant = other.matched_by(line.peer, generous=generous)
    rest: list[Box] = []
    for addresses, services in undecided:
        hit, ports = addresses & meant, matches(line.services, services, generous=generous)
        if not hit or not ports:
            rest.append((addresses, services))
            continue
        _note(line, (hit, ports), result, allow=allow)
        rest.extend(box for box in ((addresses - hit, services), (hit, services - ports)) if box[0] and box[1])
    return rest


def _note(line: AclRule, box: Box, result: Passage, *, allow: bool) -> None:
    if allow:
        result.allowed.append(box)
        result.by.append(line)
    else:
        result.always -= box[0]
        result.refused_by.append(line)
