"""A connection on its way: every filter narrows who is left on either end, and says why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from terraform_gate.network.acls import Passage, passage
from terraform_gate.network.endpoint_view import Location
from terraform_gate.network.filters import AclRule, Direction
from terraform_gate.network.model import Network
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.security_groups import admitted
from terraform_gate.network.services import EVERY_SERVICE, describe


@dataclass(frozen=True)
class Step:
    """One filter or route: where, whether anything got through, and the rules that decided."""

    where: str
    passes: bool
    because: str


@dataclass(frozen=True)
class Ends:
    """Clients, servers and client ports for which the connection still works: every combination of the three."""

    clients: Ranges
    servers: Ranges
    ports: Ranges

    def __bool__(self) -> bool:
        return bool(self.clients and self.servers and self.ports)


@dataclass
class Walk:
    """The state of one connection attempt, under one guess (``hope``) about what is not known.

    ``left`` is what it still works for (none: it is closed); ``complete`` turns False when something fell out.
    """

    network: Network
    source: Location
    destination: Location
    service: int
    hope: bool
    steps: list[Step] = field(default_factory=list)
    complete: bool = True

    def __post_init__(self) -> None:
        self.replies = self.source.reply_ports(self.service)
        self.wanted = Ranges(((self.service, self.service + 1),))
        self.left = [Ends(self.source.addresses, self.destination.addresses, self.replies)]

    @property
    def is_open(self) -> bool:
        """Whether anything is left."""
        return bool(self.left)

    def pass_groups(self, guarded: Location, direction: Direction, *, other: Location) -> None:
        """Pass the security groups of one end, on the way to the destination."""
        if guarded.party.is_outside or not self.is_open:
            return
        found = admitted(self.network, guarded, direction, other, service=self.service, hope=self.hope)
        groups = ", ".join(guarded.party.groups or guarded.party.unknown) or "no security group"
        refusal = f"no rule allows {describe(self.wanted)} with {other.name}"
        because = ", ".join(rule.name for rule in found.by) or ("not filtered" if found.admitted else refusal)
        self._keep(other, [(found.admitted, EVERY_SERVICE)], f"{direction} of {groups}", because)
        self._miss(other, found.admitted)

    def pass_acls(self, border: Location, direction: Direction, *, other: Location) -> None:
        """Pass the network ACLs of a subnet, on the way to the destination."""
        for found, where in self._acls(border, direction, other, self.wanted):
            allowed = [(addresses, EVERY_SERVICE) for addresses, _ in found.allowed]
            self._keep(other, allowed, where, _because(found, other, self.wanted))
            self._miss(other, found.always)

    def return_past_acls(self, border: Location, direction: Direction, *, other: Location, to: Ranges) -> None:
        """Pass the network ACLs of a subnet on the way back, to the ports ``to`` of whoever opened the connection."""
        for found, where in self._acls(border, direction, other, to):
            allowed = found.allowed
            if to is not self.replies:
                allowed = [(addresses, EVERY_SERVICE) for addresses, _ in allowed]
            self._keep(other, allowed, f"reply, {where}", _because(found, other, to))
            self._miss(other, found.always)

    def stop(self, where: str, because: str) -> None:
        """End here."""
        self.steps.append(Step(where=where, passes=False, because=because))
        self.left, self.complete = [], False

    def note(self, where: str, because: str) -> None:
        """Go on, and say so."""
        self.steps.append(Step(where=where, passes=True, because=because))

    def lose(self, end: Location, addresses: Ranges) -> None:
        """Go on without some addresses of one end."""
        remaining = [self._narrowed(ends, end, end.addresses - addresses, EVERY_SERVICE) for ends in self.left]
        self.left, self.complete = [ends for ends in remaining if ends], False

    def _acls(
        self, border: Location, direction: Direction, other: Location, services: Ranges
    ) -> Iterable[tuple[Passage, str]]:
        for name in border.subnet.acls if border.subnet else ():
            if self.is_open:
                lines = self.network.acls[name].lines(direction)
                yield passage(lines, other, services=services, hope=self.hope), f"{direction} of {name}"

    def _keep(self, other: Location, allowed: list[tuple[Ranges, Ranges]], where: str, because: str) -> None:
        kept = (self._narrowed(ends, other, *box) for ends in self.left for box in allowed)
        self.left = list(dict.fromkeys(ends for ends in kept if ends))
        self.steps.append(Step(where=where, passes=self.is_open, because=because))

    def _miss(self, other: Location, always: Ranges) -> None:
        """Remember that not everything came through: the connection is not complete any more."""
        self.complete = self.complete and self.is_open and other.addresses <= always

    def _narrowed(self, ends: Ends, other: Location, addresses: Ranges, ports: Ranges) -> Ends:
        left = ends.ports & ports
        if other is self.source:
            return Ends(ends.clients & addresses, ends.servers, left)
        return Ends(ends.clients, ends.servers & addresses, left)


def _because(found: Passage, other: Location, services: Ranges) -> str:
    if found.allowed:
        return ", ".join(dict.fromkeys(_line(line) for line in found.by))
    refused = ", ".join(dict.fromkeys(_line(line) for line in found.refused_by))
    return f"{refused} refuses {describe(services)} with {other.name}"


def _line(line: AclRule | None) -> str:
    return f"{line.name} (line {line.number})" if line else "the closing line (*)"
