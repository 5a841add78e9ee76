"""A VPC of containers: every container has an address of its subnet, and packet filters in its network namespace.

The filters and routes are generated from the security groups, network ACLs and route tables that the EC2 API returns.
Two Docker networks: the VPC, and the internet, which holds what is outside of the VPC. No packet leaves this machine.
"""

from __future__ import annotations

import itertools
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from terraform_harness.packet_filters.ec2_network import read_network
from terraform_harness.packet_filters.namespace import NamespaceError, NetworkNamespace
from terraform_harness.packet_filters.ruleset import Endpoint

from local.containers import engine
from local.containers.engine import Container, EngineError, Launch, docker
from local.ecs import resolver
from local.ecs.addresses import INTERNET_BLOCKS, AddressPool, free_block
from local.ecs.filtered_members import FilteredMembers

# The resolver of a VPC at its link-local address: https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
RESOLVER = "169.254.169.253"
PAUSE = ("sleep", "infinity")
NO_MASQUERADE = ("--opt", "com.docker.network.bridge.enable_ip_masquerade=false")


@dataclass(kw_only=True)
class FakeVpc(FilteredMembers):
    """The VPC.

    Args:
        name: prefix of the names of Docker networks and containers.
        image: image of containers that only hold a network namespace.
        records: addresses by DNS name.
    """

    name: str
    image: str
    records: dict[str, Callable[[], Sequence[str]]] = field(default_factory=dict)
    _held: dict[str, Container] = field(default_factory=dict)
    _turns: Counter[str] = field(default_factory=Counter)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def open(self, *, vpc: str) -> None:
        """Create the Docker networks of the VPC with the id ``vpc``, and of the internet."""
        self.network = read_network(self.aws.client("ec2"), vpc=vpc)
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

    def new_endpoint(
        self, name: str, *, subnets: Sequence[str], groups: Sequence[str] = (), has_groups: bool = True
    ) -> Endpoint:
        """A new endpoint; endpoints of one name take the subnets in turn, as ECS spreads tasks over zones."""
        subnet = self.network.subnets[sorted(subnets)[self._turns[name] % len(subnets)]]
        self._turns[name] += 1
        return Endpoint(
            name=name,
            address=self.addresses.within(subnet.cidr),
            subnet=subnet.id,
            groups=tuple(groups),
            has_groups=has_groups,
        )

    def options(self, endpoint: Endpoint) -> tuple[str, ...]:
        """The options of ``docker run`` for the container that holds the network namespace of an endpoint."""
        return ("--network", self.name, "--ip", endpoint.address, "--dns", RESOLVER)

    def hold(self, endpoint: Endpoint, *options: str) -> Container:
        """Start a container that only holds the network namespace of an endpoint, with its filters."""
        container = self.pause(f"{endpoint.name}-{next(self._numbers)}", *self.options(endpoint), *options)
        self.attach(endpoint, container)
        self._held[endpoint.address] = container
        return container

    def release(self, address: str) -> None:
        """Remove an endpoint that ``hold`` started, with its container."""
        container = self._held.pop(address)
        self.detach(self.members[address].endpoint)
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

    def attach(self, endpoint: Endpoint, container: Container) -> NetworkNamespace:
        """Put filters, routes and resolver of an endpoint into a container's network namespace.

        Raises:
            EngineError: the namespace has gone, or the filters are invalid.
        """
        namespace = namespace_of(container)
        public = any(route.target.startswith("igw-") for route in self._routes(endpoint))
        if public:
            docker("network", "connect", self.internet, container.id)
        try:
            self._join(endpoint, namespace)
            listen_link_local(namespace, RESOLVER)
            server = namespace.call(lambda: _udp(RESOLVER, 53))
        except NamespaceError as error:
            raise EngineError(f"{endpoint.name}: {error}") from error
        resolver.serve(server, self.lookup)
        return namespace

    def _routes(self, endpoint: Endpoint) -> Sequence[Any]:
        return self.network.subnets[endpoint.subnet].routes if endpoint.subnet else ()

    def lookup(self, name: str) -> Sequence[str] | None:
        """The addresses of a DNS name; None for an unknown name."""
        found = self.records.get(name)
        return found() if found else None


def namespace_of(container: Container) -> NetworkNamespace:
    """The network namespace of a running container."""
    return NetworkNamespace(int(container.state["Pid"]))


def listen_link_local(namespace: NetworkNamespace, address: str) -> None:
    """Give a namespace its own link-local address, at which this process can serve."""
    namespace.run("ip", "address", "replace", f"{address}/32", "dev", "lo")


def _udp(address: str, port: int) -> socket.socket:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, port))
    return server
