"""A network ACL's lines of one direction, decided for every address and service at once.

Addresses and services are cut into cells where any line begins or ends. A row stands for one cell of addresses and
holds services as the bits of one integer, so thousands of lines take seconds whatever they look like.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from terraform_gate.network.addresses import EVERYWHERE
from terraform_gate.network.filters import AclRule, Block
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.services import EVERY_SERVICE


class Grid:
    """The cells, and which of them are decided so far, for and against."""

    def __init__(self, *, peers: Sequence[Ranges], services: Sequence[Ranges]) -> None:
        """Cut along the borders of ``peers`` and ``services``: every line to come and every later question."""
        self._rows = sorted({edge for ranges in peers for span in ranges.spans for edge in span})
        self._columns = sorted({edge for ranges in services for span in ranges.spans for edge in span})
        count = max(len(self._rows) - 1, 0)
        self._full = (1 << max(len(self._columns) - 1, 0)) - 1
        self._decided = {True: [0] * count, False: [0] * count}
        self._undecided = list(range(count))

    def add(self, peer: Ranges, services: Ranges, *, allow: bool) -> bool:
        """Let the next line decide what is left; False when nothing was left to it."""
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
        """Whether some of the cells were decided this way."""
        wanted = self._mask(services)
        return any(self._decided[allow][row] & wanted for row in self._cells(peer))

    def allows_all(self, peer: Ranges, services: Ranges) -> bool:
        """Whether every one of the cells is allowed."""
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


def decided_grid(lines: Sequence[AclRule], *, peers: Sequence[Ranges], services: Ranges, hope: bool) -> Grid:
    """What ``lines`` (in order) allow of ``services``; ``hope`` decides what is not known: True takes it as allowed."""
    meant = [(_peer(line, hope=hope), _services(line, hope=hope) & services, line) for line in lines]
    grid = Grid(
        peers=[*peers, *(peer for peer, _, _ in meant)], services=[services, *(wanted for _, wanted, _ in meant)]
    )
    for peer, wanted, line in meant:
        if wanted:
            grid.add(peer, wanted, allow=hope if line.allow is None else line.allow)
    return grid


def _peer(line: AclRule, *, hope: bool) -> Ranges:
    if isinstance(line.peer, Block):
        return line.peer.ranges
    return EVERYWHERE if _counts(line, hope=hope) else Ranges()


def _services(line: AclRule, *, hope: bool) -> Ranges:
    if isinstance(line.services, Ranges):
        return line.services
    return EVERY_SERVICE if _counts(line, hope=hope) else Ranges()


def _counts(line: AclRule, *, hope: bool) -> bool:
    """Whether an unknown part is taken to match: an allowing line when we hope, a refusing one when we do not."""
    return hope if (hope if line.allow is None else line.allow) else not hope
