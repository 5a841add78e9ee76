"""Finds paths of security-group rules from the internet to data ports."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from terraform_gate.network.addresses import INTERNET
from terraform_gate.network.analysis.exposure import block_of, internet_exposures, rules_of
from terraform_gate.network.filters import Direction, Members, SecurityGroup, SecurityRule
from terraform_gate.network.model import Endpoint, Kind, Network
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.services import services

DATA_PORTS = Ranges.union(
    services("tcp", port, port)
    for port in (1433, 1521, 2049, 3306, 5432, 5433, 5439, 6379, 8182, 9042, 9200, 9300, 11211, 27017)
)
"""SQL Server, Oracle, NFS, MySQL, PostgreSQL (and its replica port), Redshift, Redis, Neptune, Cassandra, OpenSearch,
memcached, MongoDB: defaults of the services that AWS runs."""


@dataclass(frozen=True)
class Node:
    """An attack target: an endpoint, or a security group without endpoints in the configuration.

    ``is_open`` nodes accept the internet without a rule.
    """

    name: str
    groups: tuple[str, ...]
    kind: Kind | None
    addresses: Ranges
    is_open: bool = False


@dataclass(frozen=True)
class Link:
    """One step of a path: the rule that allows it, and the node that it leads to."""

    rule: str
    to: str


def short_paths(network: Network) -> Iterator[tuple[Link, ...]]:
    """Yield, for every data port, the shortest path from the internet if it is too short.

    A path must pass a load balancer (or a group that may belong to one) and one application before the data port. A
    path that starts at any other node is always too short. Each search visits each node once, so cycles end.

    A rule for a small public block, such as the network of an office, opens a path too, but only to a resource that is
    known to be a data store.
    """
    nodes = list(_nodes(network))
    openings = _openings(network, nodes)
    wide = {entry.name for entry, _ in _entry_nodes(network, nodes)}
    stores = frozenset(node.name for node in nodes if node.kind is Kind.DATA_STORE)
    yield from _paths_from(_entry_nodes(network, nodes), nodes, openings)
    for path in _paths_from(_narrow_entries(network, nodes, without=wide), nodes, openings):
        if path[-1].to in stores:
            yield path


def _paths_from(
    entries: Iterator[tuple[Node, list[str]]], nodes: list[Node], openings: _Openings
) -> Iterator[tuple[Link, ...]]:
    for entry, rules in entries:
        may_be_load_balancer = entry.kind in {Kind.LOAD_BALANCER, None}
        yield from ((Link(rule, entry.name),) for rule in rules if _is_data(entry, rule, openings))
        first = Link(rules[0], entry.name)
        yield from _follow(entry, first, openings, longest=2 if may_be_load_balancer else len(nodes) + 1)


def _follow(entry: Node, first: Link, openings: _Openings, *, longest: int) -> Iterator[tuple[Link, ...]]:
    seen = {entry.name}
    queue: deque[tuple[Node, tuple[Link, ...]]] = deque([(entry, (first,))])
    while queue:
        here, path = queue.popleft()
        for link, node in openings.out_of(here) if len(path) < longest else ():
            if _is_data(node, link.rule, openings):
                yield (*path, link)
            elif node.name not in seen:
                seen.add(node.name)
                queue.append((node, (*path, link)))


def _nodes(network: Network) -> Iterator[Node]:
    used: set[str] = set()
    for endpoint in network.endpoints.values():
        if not endpoint.is_outside and (endpoint.groups or _is_open(endpoint)):
            used.update(endpoint.groups)
            yield Node(endpoint.name, endpoint.groups, endpoint.kind, _addresses(network, endpoint), _is_open(endpoint))
    for group in network.groups.values():
        if group.name not in used and group.rules:
            yield Node(group.endpoint_name or group.name, (group.name,), None, Ranges())


def _is_open(endpoint: Endpoint) -> bool:
    """Whether the endpoint is a load balancer that every address reaches, because it has no security group."""
    return endpoint.kind is Kind.LOAD_BALANCER and endpoint.public and not endpoint.filtered


def _addresses(network: Network, endpoint: Endpoint) -> Ranges:
    return Ranges.union(network.subnets[name].addresses for name in endpoint.subnets)


def _entry_nodes(network: Network, nodes: list[Node]) -> Iterator[tuple[Node, list[str]]]:
    for node in nodes:
        groups = _groups(network, node)
        exposures = (internet_exposures(rules_of(group, Direction.INGRESS)) for group in groups)
        rules = [exposure.name for found in exposures for exposure in found]
        if node.is_open:
            rules = ["no security group"]
        if rules:
            yield node, rules


def _narrow_entries(network: Network, nodes: list[Node], *, without: set[str]) -> Iterator[tuple[Node, list[str]]]:
    """Yield the nodes that only small public blocks can reach, with the rules."""
    for node in nodes:
        ingress = (rule for group in _groups(network, node) for rule in rules_of(group, Direction.INGRESS))
        rules = [rule.name for rule in ingress if block_of(rule.peer) & INTERNET]
        if rules and node.name not in without:
            yield node, rules


@dataclass(frozen=True)
class _Openings:
    """Which client can open which node, indexed by client."""

    by_group: Mapping[str, list[tuple[str, Node]]]
    by_address: list[tuple[str, Ranges, Node]]
    data_rules: frozenset[str]

    def out_of(self, here: Node) -> Iterator[tuple[Link, Node]]:
        """Yield the steps from a node, each once."""
        found = {(rule, node.name): node for group in here.groups for rule, node in self.by_group.get(group, ())}
        if here.addresses:
            found |= {(rule, node.name): node for rule, block, node in self.by_address if block & here.addresses}
        yield from ((Link(rule, name), node) for (rule, name), node in found.items() if node is not here)


def _openings(network: Network, nodes: list[Node]) -> _Openings:
    by_group: dict[str, list[tuple[str, Node]]] = defaultdict(list)
    by_address: list[tuple[str, Ranges, Node]] = []
    for node in nodes:
        for group in _groups(network, node):
            for rule in rules_of(group, Direction.INGRESS):
                if isinstance(rule.peer, Members):
                    by_group[rule.peer.group].append((rule.name, node))
                elif block := block_of(rule.peer):
                    by_address.append((rule.name, block, node))
    data_rules = (rule.name for group in network.groups.values() for rule in group.rules if _opens_data_port(rule))
    return _Openings(by_group, by_address, frozenset(data_rules))


def _is_data(node: Node, rule: str, openings: _Openings) -> bool:
    """Whether a rule opens a data port: any port of a data store, a well-known port of an unknown node."""
    return node.kind is Kind.DATA_STORE or (node.kind is None and rule in openings.data_rules)


def _opens_data_port(rule: SecurityRule) -> bool:
    """Whether a rule names few ports, including a data port; a wide range does not tell what listens there."""
    if not isinstance(rule.services, Ranges):
        return False
    return bool(rule.services & DATA_PORTS) and rule.services.size <= DATA_PORTS.size


def _groups(network: Network, node: Node) -> list[SecurityGroup]:
    return [network.groups[name] for name in node.groups if name in network.groups]
