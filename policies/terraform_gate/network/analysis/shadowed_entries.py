"""Finds network ACL entries that never decide, because earlier entries match the same traffic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from terraform_gate.network.analysis.decision_grid import Grid
from terraform_gate.network.filters import AclEntry, Block
from terraform_gate.network.ranges import Ranges

_NAMED = 4


@dataclass(frozen=True)
class ShadowedEntry:
    """An entry that never decides.

    Attributes:
        contradicted: an earlier entry decides some of its traffic the other way.
        shadowed_by: the first earlier entries that match some of its traffic.
    """

    entry: AclEntry
    contradicted: bool
    shadowed_by: tuple[AclEntry, ...]


@dataclass(frozen=True)
class _Known:
    entry: AclEntry
    peer: Ranges
    services: Ranges
    allow: bool


def shadowed_entries(entries: Sequence[AclEntry]) -> Iterator[ShadowedEntry]:
    """Yield the shadowed entries of one direction, in order.

    Entries with unknown parts neither shadow nor are shadowed.
    """
    known = [
        _Known(entry, entry.peer.ranges, entry.services, entry.allow)
        for entry in entries
        if isinstance(entry.peer, Block) and isinstance(entry.services, Ranges) and entry.allow is not None
    ]
    grid = Grid(peers=[item.peer for item in known], services=[item.services for item in known])
    for position, item in enumerate(known):
        if not grid.add(item.peer, item.services, allow=item.allow):
            against = grid.has(item.peer, item.services, allow=not item.allow)
            shadowed_by = tuple(islice(_shadowing(item, known[:position]), _NAMED))
            yield ShadowedEntry(entry=item.entry, contradicted=against, shadowed_by=shadowed_by)


def _shadowing(item: _Known, earlier: Sequence[_Known]) -> Iterator[AclEntry]:
    for other in earlier:
        if _overlap(item.peer, other.peer) and _overlap(item.services, other.services):
            yield other.entry


def _overlap(left: Ranges, right: Ranges) -> bool:
    return any(start < end and begin < stop for start, stop in left.spans for begin, end in right.spans)
