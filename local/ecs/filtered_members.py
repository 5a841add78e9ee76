"""The endpoints of the fake VPC whose packet filters are in effect, and what the filters count."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from terraform_harness.packet_filters.denials import Counts, Denial, read_counts, top
from terraform_harness.packet_filters.ec2_network import Ec2Network, read_network
from terraform_harness.packet_filters.namespace import NamespaceError, NetworkNamespace
from terraform_harness.packet_filters.ruleset import (
    Endpoint,
    members_script,
    referred_groups,
    removed_script,
    route_commands,
    ruleset,
)
from terraform_harness.verification import Aws


@dataclass(frozen=True, kw_only=True)
class Member:
    """An endpoint whose filters are in effect."""

    endpoint: Endpoint
    namespace: NetworkNamespace


@dataclass(frozen=True, kw_only=True)
class RemovedFlow:
    """A flow that a test removes: from the endpoints called ``source`` to a TCP port of the addresses ``to``."""

    source: str
    to: tuple[str, ...]
    port: int


@dataclass(kw_only=True)
class FilteredMembers:
    """Keeps the packet filters of endpoints as the EC2 API of the account says.

    Args:
        aws: the account.
        members: endpoints by address.
        gateways: the address of each target of a route, by the target's id.
    """

    aws: Aws
    members: dict[str, Member] = field(default_factory=dict)
    gateways: dict[str, str] = field(default_factory=dict)
    network: Ec2Network = field(init=False, repr=False, compare=False)
    _names: dict[str, str] = field(default_factory=dict)
    _ended: list[Counts] = field(default_factory=list)
    _removed: tuple[RemovedFlow, ...] = ()
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def _join(self, endpoint: Endpoint, namespace: NetworkNamespace) -> None:
        """Put the filters of a new endpoint into effect, and add it to those of the others."""
        with self._lock:
            self.members[endpoint.address] = Member(endpoint=endpoint, namespace=namespace)
            self._names[endpoint.address] = endpoint.name
            self._filter(endpoint, namespace)
            self._announce(endpoint)

    def _filter(self, endpoint: Endpoint, namespace: NetworkNamespace) -> None:
        endpoints = [member.endpoint for member in self.members.values()]
        namespace.nft(ruleset(self.network, endpoint, endpoints))
        for words in route_commands(self.network, endpoint, self.gateways):
            namespace.run("ip", *words)
        self._remove_flows(endpoint, namespace)

    def set_removed(self, flows: Iterable[RemovedFlow]) -> None:
        """Drop the packets of ``flows`` at the sender, also of open connections and of endpoints that start later.

        A second call replaces the flows of the first.
        """
        with self._lock:
            self._removed = tuple(flows)
            for member in list(self.members.values()):
                with suppress(NamespaceError):  # its container has just stopped
                    self._remove_flows(member.endpoint, member.namespace)

    def _remove_flows(self, endpoint: Endpoint, namespace: NetworkNamespace) -> None:
        found = [(address, flow.port) for flow in self._removed if flow.source == endpoint.name for address in flow.to]
        namespace.nft(removed_script(found))

    def _announce(self, endpoint: Endpoint) -> None:
        """Add an endpoint to the members of its security groups, in the filters of every other endpoint."""
        for member in list(self.members.values()):
            for group in sorted(set(endpoint.groups) & referred_groups(self.network, member.endpoint)):
                with suppress(NamespaceError):  # its container has just stopped
                    member.namespace.nft(members_script(group, [endpoint.address]))

    def detach(self, endpoint: Endpoint) -> None:
        """Keep the counters of an endpoint whose container stops."""
        with self._lock:
            member = self.members.pop(endpoint.address, None)
        if member:
            self._ended += self._counts([member])

    def refresh(self) -> None:
        """Read the network again and replace all filters and routes. Connections that are open stay open."""
        with self._lock:
            members = list(self.members.values())
            self._ended += self._counts(members)
            self.network = read_network(self.aws.client("ec2"), vpc=self.network.id)
            for member in members:
                with suppress(NamespaceError):  # its container has just stopped
                    self._filter(member.endpoint, member.namespace)

    def forget_denials(self) -> None:
        """Forget what was dropped so far, by replacing all filters: a test provoked it. Packets stay counted."""
        with self._lock:
            members = list(self.members.values())
            counted = sum(counts.packets for counts in self._counts(members))
            ended = sum(counts.packets for counts in self._ended)
            self._ended = [Counts(packets=counted + ended, denials={})]
            for member in members:
                with suppress(NamespaceError):
                    self._filter(member.endpoint, member.namespace)

    def _counts(self, members: Sequence[Member]) -> list[Counts]:
        found = []
        for member in members:
            with suppress(NamespaceError):  # its container has just stopped
                found.append(read_counts(self.network, member.endpoint, member.namespace))
        return found

    def denials(self) -> list[Mapping[Denial, int]]:
        """What every endpoint has dropped since its start, stopped endpoints included."""
        return [counts.denials for counts in self._all_counts()]

    def _all_counts(self) -> list[Counts]:
        with self._lock:
            members = list(self.members.values())
        return [*self._ended, *self._counts(members)]

    def report(self, *, limit: int = 10) -> list[str]:
        """The number of filtered packets and the most frequent denials, as lines of text."""
        counts = self._all_counts()
        packets, dropped = sum(item.packets for item in counts), sum(sum(item.denials.values()) for item in counts)
        head = f"network: {packets} packets filtered (at the sender and at the receiver), {dropped} dropped"
        return [head, *top([item.denials for item in counts], self._names, limit=limit)]
