"""Evaluates the entries of a network ACL for all addresses and services at once.

Addresses and services are cut into cells wherever any entry begins or ends. Each row is one cell of addresses and holds
its services as the bits of one integer, so that thousands of entries take seconds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from terraform_gate.network.addresses import EVERYWHERE
from terraform_gate.network.filters import AclEntry, Block
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.services import EVERY_SERVICE


class Grid:
    """The cells of one direction, and whether they are allowed, denied or undecided."""

    def __init__(self, *, peers: Sequence[Ranges], services: Sequence[Ranges]) -> None:
        """Cut along the borders of ``peers`` and ``services``, which must include those of all later calls."""
        self._rows = sorted({edge for ranges in peers for span in ranges.spans for edge in span})
        self._columns = sorted({edge for ranges in services for span in ranges.spans for edge in span})
        count = max(len(self._rows) - 1, 0)
        self._full = (1 << max(len(self._columns) - 1, 0)) - 1
        self._decided = {True: [0] * count, False: [0] * count}
        self._undecided = list(range(count))

    def add(self, peer: Ranges, services: Ranges, *, allow: bool) -> bool:
        """Apply the next entry to the undecided cells. Returns False if no cell was undecided."""
        wanted, decides, finished = self._mask(services), False, False
        for row in self._left(peer):
            left = wanted & ~(self._decided[True][row] | self._decided[False][row])
            if left:
                decides = True
                self._decided[allow][row] |= left
                finished = finished or self._is_finished(row)
        if finished:
            self._undecided = [row for row in self._undecided if not self._is_finished(row)]
        return decides

    def has(self, peer: Ranges, services: Ranges, *, allow: bool) -> bool:
        """Whether some of the cells are decided this way."""
        wanted = self._mask(services)
        return any(self._decided[allow][row] & wanted for row in self._cells(peer))

    def allows_all(self, peer: Ranges, services: Ranges) -> bool:
        """Whether all of the cells are allowed."""
        wanted = self._mask(services)
        return all(self._decided[True][row] & wanted == wanted for row in self._cells(peer))

    def _is_finished(self, row: int) -> bool:
        return self._decided[True][row] | self._decided[False][row] == self._full

    def _left(self, peer: Ranges) -> Iterator[int]:
        for start, stop in self._spans(peer):
            yield from self._undecided[bisect_left(self._undecided, start) : bisect_left(self._undecided, stop)]

    def _cells(self, peer: Ranges) -> Iterator[int]:
        for start, stop in self._spans(peer):
            yield from range(start, stop)

    def _spans(self, peer: Ranges) -> Iterator[tuple[int, int]]:
        for start, stop in peer.spans:
            yield bisect_left(self._rows, start), bisect_left(self._rows, stop)

    def _mask(self, services: Ranges) -> int:
        mask = 0
        for start, stop in services.spans:
            first, last = bisect_left(self._columns, start), bisect_left(self._columns, stop)
            mask |= ((1 << (last - first)) - 1) << first
        return mask


def decided_grid(entries: Sequence[AclEntry], *, peers: Sequence[Ranges], services: Ranges, assume_open: bool) -> Grid:
    """Build the grid of ``entries`` (in order), limited to ``services``.

    Args:
        entries: entries of one direction in order of rule number.
        peers: the addresses of later questions.
        services: the services of later questions.
        assume_open: whether unknown values are taken as allowing traffic or as denying it.
    """
    matched = [
        (_peer(entry, assume_open=assume_open), _services(entry, assume_open=assume_open) & services, entry)
        for entry in entries
    ]
    grid = Grid(
        peers=[*peers, *(peer for peer, _, _ in matched)], services=[services, *(wanted for _, wanted, _ in matched)]
    )
    for peer, wanted, entry in matched:
        if wanted:
            grid.add(peer, wanted, allow=assume_open if entry.allow is None else entry.allow)
    return grid


def _peer(entry: AclEntry, *, assume_open: bool) -> Ranges:
    if isinstance(entry.peer, Block):
        return entry.peer.ranges
    return EVERYWHERE if _counts(entry, assume_open=assume_open) else Ranges()


def _services(entry: AclEntry, *, assume_open: bool) -> Ranges:
    if isinstance(entry.services, Ranges):
        return entry.services
    return EVERY_SERVICE if _counts(entry, assume_open=assume_open) else Ranges()


def _counts(entry: AclEntry, *, assume_open: bool) -> bool:
    """Whether an unknown part matches: in an allow entry if unknown values allow traffic, else in a deny entry."""
    return assume_open if (assume_open if entry.allow is None else entry.allow) else not assume_open
