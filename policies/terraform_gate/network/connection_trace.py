"""The state of a traced connection: every filter narrows the clients, servers and ports that are left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from terraform_gate.network.acls import Passage, passage
from terraform_gate.network.filters import AclEntry, Direction
from terraform_gate.network.location import Location
from terraform_gate.network.model import Network
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.security_groups import admitted
from terraform_gate.network.services import EVERY_SERVICE, describe


@dataclass(frozen=True)
class Step:
    """One filter or route: its name, whether any traffic passed, and the rules that decided."""

    where: str
    passes: bool
    because: str


@dataclass(frozen=True)
class Ends:
    """Clients, servers and reply ports for which the connection works, in every combination."""

    clients: Ranges
    servers: Ranges
    ports: Ranges

    def __bool__(self) -> bool:
        return bool(self.clients and self.servers and self.ports)


@dataclass
class Trace:
    """The state of one connection attempt, under one assumption about unknown values.

    Attributes:
        assume_open: whether unknown values are taken as allowing traffic or as denying it.
        left: the combinations for which the connection works; empty if it is closed.
        complete: whether the connection works for all addresses and reply ports.
    """

    network: Network
    source: Location
    destination: Location
    service: int
    assume_open: bool
    steps: list[Step] = field(default_factory=list)
    complete: bool = True

    def __post_init__(self) -> None:
        self.replies = self.source.reply_ports(self.service)
        self.wanted = Ranges(((self.service, self.service + 1),))
        self.left = [Ends(self.source.addresses, self.destination.addresses, self.replies)]

    @property
    def is_open(self) -> bool:
        """Whether the connection works for any combination."""
        return bool(self.left)

    def pass_groups(self, guarded: Location, direction: Direction, *, other: Location) -> None:
        """Apply the security groups of one end to the request."""
        if guarded.endpoint.is_outside or not self.is_open:
            return
        found = admitted(self.network, guarded, direction, other, service=self.service, assume_open=self.assume_open)
        groups = ", ".join(guarded.endpoint.groups or guarded.endpoint.unknown) or "no security group"
        denial = f"no rule allows {describe(self.wanted)} with {other.name}"
        because = ", ".join(rule.name for rule in found.by) or ("not filtered" if found.admitted else denial)
        self._keep(other, [(found.admitted, EVERY_SERVICE)], f"{direction} of {groups}", because)
        self._check_complete(other, found.admitted)

    def pass_acls(self, border: Location, direction: Direction, *, other: Location) -> None:
        """Apply the network ACLs of a subnet to the request."""
        for found, where in self._acls(border, direction, other, self.wanted):
            allowed = [(addresses, EVERY_SERVICE) for addresses, _ in found.allowed]
            self._keep(other, allowed, where, _because(found, other, self.wanted))
            self._check_complete(other, found.always)

    def return_past_acls(self, border: Location, direction: Direction, *, other: Location, to: Ranges) -> None:
        """Apply the network ACLs of a subnet to the replies, which go to the ports ``to`` of the client."""
        for found, where in self._acls(border, direction, other, to):
            allowed = found.allowed
            if to is not self.replies:
                allowed = [(addresses, EVERY_SERVICE) for addresses, _ in allowed]
            self._keep(other, allowed, f"reply, {where}", _because(found, other, to))
            self._check_complete(other, found.always)

    def stop(self, where: str, because: str) -> None:
        """Close the connection."""
        self.steps.append(Step(where=where, passes=False, because=because))
        self.left, self.complete = [], False

    def note(self, where: str, because: str) -> None:
        """Record a step that passes."""
        self.steps.append(Step(where=where, passes=True, because=because))

    def drop(self, end: Location, addresses: Ranges) -> None:
        """Exclude some addresses of one end."""
        remaining = [self._narrowed(ends, end, end.addresses - addresses, EVERY_SERVICE) for ends in self.left]
        self.left, self.complete = [ends for ends in remaining if ends], False

    def _acls(
        self, border: Location, direction: Direction, other: Location, services: Ranges
    ) -> Iterable[tuple[Passage, str]]:
        for name in border.subnet.acls if border.subnet else ():
            if self.is_open:
                entries = self.network.acls[name].in_order(direction)
                yield passage(entries, other, services=services, assume_open=self.assume_open), f"{direction} of {name}"

    def _keep(self, other: Location, allowed: list[tuple[Ranges, Ranges]], where: str, because: str) -> None:
        kept = (self._narrowed(ends, other, *box) for ends in self.left for box in allowed)
        self.left = list(dict.fromkeys(ends for ends in kept if ends))
        self.steps.append(Step(where=where, passes=self.is_open, because=because))

    def _check_complete(self, other: Location, always: Ranges) -> None:
        """Clear ``complete`` unless everything passed."""
        self.complete = self.complete and self.is_open and other.addresses <= always

    def _narrowed(self, ends: Ends, other: Location, addresses: Ranges, ports: Ranges) -> Ends:
        left = ends.ports & ports
        if other is self.source:
            return Ends(ends.clients & addresses, ends.servers, left)
        return Ends(ends.clients, ends.servers & addresses, left)


def _because(found: Passage, other: Location, services: Ranges) -> str:
    if found.allowed:
        return ", ".join(dict.fromkeys(_entry_text(entry) for entry in found.by))
    denying = ", ".join(dict.fromkeys(_entry_text(entry) for entry in found.denied_by))
    return f"{denying} denies {describe(services)} with {other.name}"


def _entry_text(entry: AclEntry | None) -> str:
    return f"{entry.name} (rule {entry.number})" if entry else "the final deny entry (*)"
