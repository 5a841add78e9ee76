"""A VPC of containers: every container has an address of its subnet, and packet filters in its network namespace.

The filters and routes are generated from the security groups, network ACLs and route tables that the EC2 API returns.
Two Docker networks: the VPC, and the internet, which holds what is outside of the VPC. No packet leaves this machine.
"""

from __future__ import annotations

import itertools
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from terraform_harness.packet_filters.denials import Counts, Denial, read_counts, top
from terraform_harness.packet_filters.ec2_network import Ec2Network, read_network
from terraform_harness.packet_filters.namespace import NamespaceError, NetworkNamespace
from terraform_harness.packet_filters.ruleset import (
    Place,
    members_script,
    referred_groups,
    removed_script,
    route_commands,
    ruleset,
)
from terraform_harness.verification import Aws

from local.containers import engine
from local.containers.engine import Container, EngineError, Launch, docker
from local.ecs import resolver
from local.ecs.addresses import INTERNET_BLOCKS, AddressPool, free_block

# The resolver of a VPC at its link-local address: https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
RESOLVER = "169.254.169.253"
PAUSE = ("sleep", "infinity")
NO_MASQUERADE = ("--opt", "com.docker.network.bridge.enable_ip_masquerade=false")


@dataclass(frozen=True, kw_only=True)
class Member:
    """A place whose filters are in effect."""

    place: Place
    namespace: NetworkNamespace


@dataclass(frozen=True, kw_only=True)
class RemovedFlow:
    """A flow that a test removes: from the places called ``source`` to a TCP port of the addresses ``to``."""

    source: str
    to: tuple[str, ...]
    port: int


@dataclass(kw_only=True)
class FakeVpc:
    """The VPC.

    Args:
        aws: the account.
        name: prefix of the names of Docker networks and containers.
        image: image of containers that only hold a network namespace.
        members: places by address.
        records: addresses by DNS name.
        gateways: the address that stands for each target of a route, by the target's id.
    """

    aws: Aws
    name: str
    image: str
    members: dict[str, Member] = field(default_factory=dict)
    records: dict[str, Callable[[], Sequence[str]]] = field(default_factory=dict)
    gateways: dict[str, str] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _held: dict[str, Container] = field(default_factory=dict)
    _ended: list[Counts] = field(default_factory=list)
    _removed: tuple[RemovedFlow, ...] = ()
    _turns: Counter[str] = field(default_factory=Counter)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def open(self, *, vpc: str) -> None:
        """Create the Docker networks of the VPC with the id ``vpc``, and of the internet."""
        self.network: Ec2Network = read_network(self.aws.client("ec2"), vpc=vpc)
        self.addresses = AddressPool(self.network.cidr, [subnet.cidr for subnet in self.network.subnets.values()])
        docker("network", "create", "--subnet", self.network.cidr, *NO_MASQUERADE, self.name)
        docker("network", "create", "--subnet", free_block(INTERNET_BLOCKS), *NO_MASQUERADE, self.internet)

    def close(self) -> None:
        """Remove the Docker networks and every container, those included that share the interface of another."""
        named = ("ps", "--all", "--quiet", "--filter", f"name=^{self.name}-")
        engine.remove_all(docker(*named, check=False).stdout.split())
        engine.remove_network(self.name)
        engine.remove_network(self.internet)

    @property
    def internet(self) -> str:
        """Name of the Docker network of the internet."""
        return f"{self.name}-internet"

    def place(self, name: str, *, subnets: Sequence[str], groups: Sequence[str] = (), has_groups: bool = True) -> Place:
        """A new place; places of one name take the subnets in turn, as ECS spreads tasks over zones."""
        subnet = self.network.subnets[sorted(subnets)[self._turns[name] % len(subnets)]]
        self._turns[name] += 1
        return Place(
            name=name,
            address=self.addresses.within(subnet.cidr),
            subnet=subnet.id,
            groups=tuple(groups),
            has_groups=has_groups,
        )

    def options(self, place: Place) -> tuple[str, ...]:
        """The options of ``docker run`` for the container that holds the network namespace of a place."""
        return ("--network", self.name, "--ip", place.address, "--dns", RESOLVER)

    def hold(self, place: Place, *options: str) -> Container:
        """Start a container that only holds the network namespace of a place, with its filters."""
        container = self.pause(f"{place.name}-{next(self._numbers)}", *self.options(place), *options)
        self.attach(place, container)
        self._held[place.address] = container
        return container

    def release(self, address: str) -> None:
        """Remove a place that ``hold`` started, with its container."""
        container = self._held.pop(address)
        self.detach(self.members[address].place)
        container.remove()

    def pause(self, name: str, *options: str) -> Container:
        """Start a container that only holds a network namespace."""
        words = (*options, "--entrypoint", PAUSE[0], "--no-healthcheck")
        return engine.start(Launch(image=self.image, name=f"{self.name}-{name}", command=PAUSE[1:], options=words))

    def outside(self, container: Container, name: str) -> NetworkNamespace:
        """Take the way to this machine from a container on the internet's network; ``name`` is for messages."""
        namespace = namespace_of(container)
        namespace.run("ip", "route", "flush", "root", "0.0.0.0/0", "scope", "global")
        self._names[container.address] = name
        return namespace

    def attach(self, place: Place, container: Container) -> NetworkNamespace:
        """Put filters, routes and resolver of a place into a container's network namespace.

        Raises:
            EngineError: the namespace has gone, or the filters are invalid.
        """
        namespace = namespace_of(container)
        public = any(route.target.startswith("igw-") for route in self._routes(place))
        if public:
            docker("network", "connect", self.internet, container.id)
        try:
            with self._lock:
                self.members[place.address] = Member(place=place, namespace=namespace)
                self._names[place.address] = place.name
                self._filter(place, namespace)
                self._announce(place)
            listen_link_local(namespace, RESOLVER)
            server = namespace.call(lambda: _udp(RESOLVER, 53))
        except NamespaceError as error:
            raise EngineError(f"{place.name}: {error}") from error
        resolver.serve(server, self.lookup)
        return namespace

    def _routes(self, place: Place) -> Sequence[Any]:
        return self.network.subnets[place.subnet].routes if place.subnet else ()

    def _filter(self, place: Place, namespace: NetworkNamespace) -> None:
        places = [member.place for member in self.members.values()]
        namespace.nft(ruleset(self.network, place, places))
        for words in route_commands(self.network, place, self.gateways):
            namespace.run("ip", *words)
        self._remove_flows(place, namespace)

    def set_removed(self, flows: Iterable[RemovedFlow]) -> None:
        """Drop the packets of ``flows`` at the sender, those of open connections too; places that start later as well.

        A second call replaces the flows of the first.
        """
        with self._lock:
            self._removed = tuple(flows)
            for member in list(self.members.values()):
                with suppress(NamespaceError):  # its container has just stopped
                    self._remove_flows(member.place, member.namespace)

    def _remove_flows(self, place: Place, namespace: NetworkNamespace) -> None:
        found = [(address, flow.port) for flow in self._removed if flow.source == place.name for address in flow.to]
        namespace.nft(removed_script(found))

    def _announce(self, place: Place) -> None:
        """Add a place to the members of its security groups, in the filters of every other place."""
        for member in list(self.members.values()):
            for group in sorted(set(place.groups) & referred_groups(self.network, member.place)):
                with suppress(NamespaceError):  # its container has just stopped
                    member.namespace.nft(members_script(group, [place.address]))

    def detach(self, place: Place) -> None:
        """Keep the counters of a place whose container stops."""
        with self._lock:
            member = self.members.pop(place.address, None)
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
                    self._filter(member.place, member.namespace)

    def forget_denials(self) -> None:
        """Forget what was dropped so far, by replacing all filters: a test provoked it. Packets stay counted."""
        with self._lock:
            members = list(self.members.values())
            counted = sum(counts.packets for counts in self._counts(members))
            ended = sum(counts.packets for counts in self._ended)
            self._ended = [Counts(packets=counted + ended, denials={})]
            for member in members:
                with suppress(NamespaceError):
                    self._filter(member.place, member.namespace)

    def lookup(self, name: str) -> Sequence[str] | None:
        """The addresses of a DNS name; None for an unknown name."""
        found = self.records.get(name)
        return found() if found else None

    def _counts(self, members: Sequence[Member]) -> list[Counts]:
        found = []
        for member in members:
            with suppress(NamespaceError):  # its container has just stopped
                found.append(read_counts(self.network, member.place, member.namespace))
        return found

    def denials(self) -> list[Mapping[Denial, int]]:
        """What every place has dropped since its start, stopped places included."""
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


def namespace_of(container: Container) -> NetworkNamespace:
    """The network namespace of a running container."""
    return NetworkNamespace(int(container.state["Pid"]))


def listen_link_local(namespace: NetworkNamespace, address: str) -> None:
    """Give a namespace a link-local address of its own, at which this process can serve."""
    namespace.run("ip", "address", "replace", f"{address}/32", "dev", "lo")


def _udp(address: str, port: int) -> socket.socket:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, port))
    return server
