"""Which lines of a network ACL can never decide anything, because earlier lines decided it all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from terraform_gate.network.analysis.acl_grid import Grid
from terraform_gate.network.filters import AclRule, Block
from terraform_gate.network.ranges import Ranges

_NAMED = 4


@dataclass(frozen=True)
class DeadLine:
    """A line that never decides. ``contradicted``: some of it is decided the other way before it is read.

    ``taken_by`` are the first of the earlier lines that take something from it.
    """

    line: AclRule
    contradicted: bool
    taken_by: tuple[AclRule, ...]


@dataclass(frozen=True)
class _Known:
    line: AclRule
    peer: Ranges
    services: Ranges
    allow: bool


def dead_lines(lines: Sequence[AclRule]) -> Iterator[DeadLine]:
    """The dead ones among the lines of one direction, in order; lines with unknown parts neither die nor kill."""
    known = [
        _Known(line, line.peer.ranges, line.services, line.allow)
        for line in lines
        if isinstance(line.peer, Block) and isinstance(line.services, Ranges) and line.allow is not None
    ]
    grid = Grid(peers=[item.peer for item in known], services=[item.services for item in known])
    for position, item in enumerate(known):
        if not grid.add(item.peer, item.services, allow=item.allow):
            against = grid.has(item.peer, item.services, allow=not item.allow)
            taken_by = tuple(islice(_takers(item, known[:position]), _NAMED))
            yield DeadLine(line=item.line, contradicted=against, taken_by=taken_by)


def _takers(item: _Known, earlier: Sequence[_Known]) -> Iterator[AclRule]:
    for other in earlier:
        if _meet(item.peer, other.peer) and _meet(item.services, other.services):
            yield other.line


def _meet(one: Ranges, two: Ranges) -> bool:
    return any(start < end and begin < stop for start, stop in one.spans for begin, end in two.spans)
