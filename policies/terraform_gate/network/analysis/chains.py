"""Chains of security groups from the internet to data ports."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from terraform_gate.network.analysis.exposure import block_of, rules_of, world_exposures
from terraform_gate.network.filters import Direction, Members, SecurityGroup, SecurityRule
from terraform_gate.network.model import Kind, Network, Party
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
    """Something that can be taken over: a party, or a group that nothing of the configuration stands in."""

    name: str
    groups: tuple[str, ...]
    kind: Kind | None
    addresses: Ranges


@dataclass(frozen=True)
class Link:
    """One step of a chain: the rule that opens it, and the node that it opens."""

    rule: str
    to: str


def short_chains(network: Network) -> Iterator[tuple[Link, ...]]:
    """For every data port the shortest chain from the internet that is too short, if there is one.

    Through a load balancer (or what may be one) two more steps are needed; through anything else no length is enough.
    Each start visits each node once, so cycles end.
    """
    nodes = list(_nodes(network))
    ways = _ways(network, nodes)
    for entry, rules in _entries(network, nodes):
        is_door = entry.kind in {Kind.LOAD_BALANCER, None}
        yield from ((Link(rule, entry.name),) for rule in rules if _is_data(entry, rule, ways))
        first = Link(rules[0], entry.name)
        yield from _follow(entry, first, ways, longest=2 if is_door else len(nodes) + 1)


def _follow(entry: Node, first: Link, ways: _Ways, *, longest: int) -> Iterator[tuple[Link, ...]]:
    seen = {entry.name}
    queue: deque[tuple[Node, tuple[Link, ...]]] = deque([(entry, (first,))])
    while queue:
        here, chain = queue.popleft()
        for link, node in ways.out_of(here) if len(chain) < longest else ():
            if _is_data(node, link.rule, ways):
                yield (*chain, link)
            elif node.name not in seen:
                seen.add(node.name)
                queue.append((node, (*chain, link)))


def _nodes(network: Network) -> Iterator[Node]:
    used: set[str] = set()
    for party in network.parties.values():
        if not party.is_outside and party.groups:
            used.update(party.groups)
            yield Node(party.name, party.groups, party.kind, _addresses(network, party))
    for group in network.groups.values():
        if group.name not in used and group.rules:
            yield Node(group.place or group.name, (group.name,), None, Ranges())


def _addresses(network: Network, party: Party) -> Ranges:
    return Ranges.union(network.subnets[name].addresses for name in party.subnets)


def _entries(network: Network, nodes: list[Node]) -> Iterator[tuple[Node, list[str]]]:
    for node in nodes:
        groups = _groups(network, node)
        exposures = (world_exposures(rules_of(group, Direction.INGRESS)) for group in groups)
        if rules := [exposure.name for found in exposures for exposure in found]:
            yield node, rules


@dataclass(frozen=True)
class _Ways:
    """Who opens what, looked up from the client's side."""

    by_group: Mapping[str, list[tuple[str, Node]]]
    by_address: list[tuple[str, Ranges, Node]]
    data_rules: frozenset[str]

    def out_of(self, here: Node) -> Iterator[tuple[Link, Node]]:
        """The steps that can be taken from a node, each once."""
        found = {(rule, node.name): node for group in here.groups for rule, node in self.by_group.get(group, ())}
        if here.addresses:
            found |= {(rule, node.name): node for rule, block, node in self.by_address if block & here.addresses}
        yield from ((Link(rule, name), node) for (rule, name), node in found.items() if node is not here)


def _ways(network: Network, nodes: list[Node]) -> _Ways:
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
    return _Ways(by_group, by_address, frozenset(data_rules))


def _is_data(node: Node, rule: str, ways: _Ways) -> bool:
    """Whether a rule opens a data port of a node: any port of a known store, a well-known one of the unknown."""
    return node.kind is Kind.DATA_STORE or (node.kind is None and rule in ways.data_rules)


def _opens_data_port(rule: SecurityRule) -> bool:
    """A rule for a few ports, one of them a store's; a wide one tells nothing about what listens there."""
    if not isinstance(rule.services, Ranges):
        return False
    return bool(rule.services & DATA_PORTS) and rule.services.size <= DATA_PORTS.size


def _groups(network: Network, node: Node) -> list[SecurityGroup]:
    return [network.groups[name] for name in node.groups if name in network.groups]
