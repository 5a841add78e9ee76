"""Which lines of a network ACL can never decide anything, because earlier lines decided it all."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.analysis.network.filters import AclRule, Block
from policies.analysis.network.ranges import Ranges


@dataclass(frozen=True)
class DeadLine:
    """A line that never decides, and the earlier lines that took everything from it."""

    line: AclRule
    taken_by: tuple[AclRule, ...]

    @property
    def contradicts(self) -> bool:
        """Whether some of what the line says is decided the other way before it is read."""
        return any(other.allow != self.line.allow for other in self.taken_by)


def dead_lines(lines: Sequence[AclRule]) -> Iterator[DeadLine]:
    """The dead ones among the lines of one direction, in order; lines with unknown parts neither die nor kill.

    Addresses and services are cut into cells where any line begins or ends. A row holds, for one cell of addresses, the
    services that are decided as the bits of one integer: 5,000 lines take seconds, whatever they look like.
    """
    known = [line for line in lines if isinstance(line.peer, Block) and isinstance(line.services, Ranges)]
    known = [line for line in known if line.allow is not None]
    rows, columns = _borders(known)
    decided = [0] * max(len(rows) - 1, 0)
    for position, line in enumerate(known):
        wanted = _mask(line, columns)
        mine = list(_cells(line, rows))
        if mine and all(wanted & ~decided[row] == 0 for row in mine):
            yield DeadLine(line=line, taken_by=tuple(_takers(line, known[:position])))
        for row in mine:
            decided[row] |= wanted


def _borders(lines: Sequence[AclRule]) -> tuple[list[int], list[int]]:
    addresses = {edge for line in lines for span in _peer(line).spans for edge in span}
    services = {edge for line in lines for span in _services(line).spans for edge in span}
    return sorted(addresses), sorted(services)


def _cells(line: AclRule, rows: list[int]) -> Iterator[int]:
    for start, stop in _peer(line).spans:
        yield from range(bisect_left(rows, start), bisect_left(rows, stop))


def _mask(line: AclRule, columns: list[int]) -> int:
    mask = 0
    for start, stop in _services(line).spans:
        first, last = bisect_left(columns, start), bisect_left(columns, stop)
        mask |= ((1 << (last - first)) - 1) << first
    return mask


def _takers(line: AclRule, earlier: Sequence[AclRule]) -> Iterator[AclRule]:
    for other in earlier:
        if _peer(other) & _peer(line) and _services(other) & _services(line):
            yield other


def _peer(line: AclRule) -> Ranges:
    return line.peer.ranges if isinstance(line.peer, Block) else Ranges()


def _services(line: AclRule) -> Ranges:
    return line.services if isinstance(line.services, Ranges) else Ranges()
