"""Decides whether a connection between two endpoints opens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from terraform_gate.network.addresses import FAMILIES
from terraform_gate.network.connection import trace_connection
from terraform_gate.network.connection_trace import Trace
from terraform_gate.network.location import Location, locations
from terraform_gate.network.model import Endpoint, Network


class Reach(StrEnum):
    """The answer about one service between two endpoints.

    ``PARTLY``: from some of their subnets or addresses only, or on some reply ports only. ``UNKNOWN``: it depends on
    values that are not known before the apply.
    """

    OPEN = "open"
    PARTLY = "partly open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Attempt:
    """One pair of locations, traced twice: unknown values deny traffic (``worst``), or allow it (``best``)."""

    worst: Trace
    best: Trace

    @property
    def reach(self) -> Reach:
        """The answer for this pair of locations."""
        if not self.best.is_open:
            return Reach.CLOSED
        if self.worst.complete:
            return Reach.OPEN
        certain = self.worst.is_open and not self.best.complete
        return Reach.PARTLY if certain else Reach.UNKNOWN


@dataclass(frozen=True)
class Decision:
    """The answer about one service between two endpoints, with all attempts."""

    source: Endpoint
    destination: Endpoint
    service: int
    attempts: tuple[Attempt, ...]

    @property
    def reach(self) -> Reach:
        """The answer: open if one address family is open between all locations."""
        if not self.source.has_known_location or not self.destination.has_known_location:
            return Reach.UNKNOWN
        families = groupby(self.attempts, key=lambda attempt: _family(attempt.worst.source))
        answers = {_combined({attempt.reach for attempt in attempts}) for _, attempts in families}
        for answer in (Reach.OPEN, Reach.UNKNOWN, Reach.PARTLY):
            if answer in answers:
                return answer
        return Reach.CLOSED

    @property
    def is_external(self) -> bool:
        """Whether a location is in a subnet outside of the configuration."""
        ends = (end for attempt in self.attempts for end in (attempt.best.source, attempt.best.destination))
        return any(end.subnet is not None and end.subnet.is_external for end in ends)


def decide(network: Network, source: Endpoint, destination: Endpoint, *, service: int) -> Decision:
    """Decide whether ``source`` can open ``service`` at ``destination``, from every location to every location.

    Decisions are cached in the network.

    Raises:
        ValueError: both endpoints are outside the network.
    """
    question = source, destination, service
    if question not in network.decided:
        pairs = sorted(_pairs(network, source, destination), key=lambda pair: _family(pair[0]))
        attempts = tuple(_attempt(network, here, there, service=service) for here, there in pairs)
        network.decided[question] = Decision(source=source, destination=destination, service=service, attempts=attempts)
    decision: Decision = network.decided[question]
    return decision


def _attempt(network: Network, here: Location, there: Location, *, service: int) -> Attempt:
    worst = trace_connection(network, here, there, service=service, assume_open=False)
    # A complete connection stays complete when unknown values allow traffic.
    best = worst if worst.complete else trace_connection(network, here, there, service=service, assume_open=True)
    return Attempt(worst, best)


def _pairs(network: Network, source: Endpoint, destination: Endpoint) -> Iterator[tuple[Location, Location]]:
    there = list(locations(network, destination))
    for here in locations(network, source):
        yield from ((here, other) for other in there if _family(other) == _family(here))


def _family(location: Location) -> int:
    return next(index for index, family in enumerate(FAMILIES) if location.addresses & family)


def _combined(answers: set[Reach]) -> Reach:
    if len(answers) == 1:
        return answers.pop()
    if answers & {Reach.PARTLY} or {Reach.OPEN, Reach.CLOSED} <= answers:
        return Reach.PARTLY
    return Reach.UNKNOWN
