"""Asks the network: does this connection open, and what else could."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from terraform_gate.network.addresses import FAMILIES
from terraform_gate.network.connect import connect
from terraform_gate.network.endpoint_view import Location, locations
from terraform_gate.network.model import Network, Party
from terraform_gate.network.walk import Walk


class Reach(StrEnum):
    """The answer about one service between two parties.

    ``PARTLY``: from some of their subnets or addresses, or on some reply ports only. ``UNKNOWN``: it depends on what
    is not known.
    """

    OPEN = "open"
    PARTLY = "partly open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Attempt:
    """One pair of places: what happens when the unknown is against us, and when it is for us."""

    worst: Walk
    best: Walk

    @property
    def reach(self) -> Reach:
        """The answer for this pair of places."""
        if not self.best.is_open:
            return Reach.CLOSED
        if self.worst.complete:
            return Reach.OPEN
        certain = self.worst.is_open and not self.best.complete
        return Reach.PARTLY if certain else Reach.UNKNOWN


@dataclass(frozen=True)
class Decision:
    """The answer about one service between two parties, with every attempt that led to it."""

    source: Party
    destination: Party
    service: int
    attempts: tuple[Attempt, ...]

    @property
    def reach(self) -> Reach:
        """Open when one address family is open from everywhere to everywhere."""
        if not self.source.is_placed or not self.destination.is_placed:
            return Reach.UNKNOWN
        families = groupby(self.attempts, key=lambda attempt: _family(attempt.worst.source))
        answers = {_together({attempt.reach for attempt in attempts}) for _, attempts in families}
        for answer in (Reach.OPEN, Reach.UNKNOWN, Reach.PARTLY):
            if answer in answers:
                return answer
        return Reach.CLOSED

    @property
    def is_elsewhere(self) -> bool:
        """Whether an end stands in a subnet that is made elsewhere."""
        ends = (end for attempt in self.attempts for end in (attempt.best.source, attempt.best.destination))
        return any(end.subnet is not None and end.subnet.is_elsewhere for end in ends)


def decide(network: Network, source: Party, destination: Party, *, service: int) -> Decision:
    """Try ``service`` from every place of ``source`` to every place of ``destination``.

    Raises ValueError when both are outside the network.
    """
    question = source, destination, service
    if question not in network.decided:
        pairs = sorted(_pairs(network, source, destination), key=lambda pair: _family(pair[0]))
        attempts = tuple(_attempt(network, here, there, service=service) for here, there in pairs)
        network.decided[question] = Decision(source=source, destination=destination, service=service, attempts=attempts)
    decision: Decision = network.decided[question]
    return decision


def _attempt(network: Network, here: Location, there: Location, *, service: int) -> Attempt:
    worst = connect(network, here, there, service=service, hope=False)
    # Where nothing fell out although every unknown was against us, hope has nothing to add.
    best = worst if worst.complete else connect(network, here, there, service=service, hope=True)
    return Attempt(worst, best)


def _pairs(network: Network, source: Party, destination: Party) -> Iterator[tuple[Location, Location]]:
    there = list(locations(network, destination))
    for here in locations(network, source):
        yield from ((here, other) for other in there if _family(other) == _family(here))


def _family(location: Location) -> int:
    return next(index for index, family in enumerate(FAMILIES) if location.addresses & family)


def _together(answers: set[Reach]) -> Reach:
    if len(answers) == 1:
        return answers.pop()
    if answers & {Reach.PARTLY} or {Reach.OPEN, Reach.CLOSED} <= answers:
        return Reach.PARTLY
    return Reach.UNKNOWN
