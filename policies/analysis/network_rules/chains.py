"""Chains of security groups from the internet to data ports."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from policies.analysis.network.filters import Direction, Members, SecurityGroup, SecurityRule
from policies.analysis.network.model import Kind, Network, Party
from policies.analysis.network.ranges import Ranges
from policies.analysis.network.services import services
from policies.analysis.network_rules.exposure import block_of, rules_of, world_exposures

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
    steps = {node.name: list(_steps(network, node, nodes)) for node in nodes}
    for entry, rule in _entries(network, nodes):
        is_door = entry.kind in {Kind.LOAD_BALANCER, None}
        first = Link(rule, entry.name)
        if _is_data(network, entry, rule):
            yield (first,)
        yield from _follow(network, entry, first, steps, longest=2 if is_door else len(nodes) + 1)


def _follow(
    network: Network, entry: Node, first: Link, steps: Mapping[str, list[tuple[Link, Node]]], *, longest: int
) -> Iterator[tuple[Link, ...]]:
    seen = {entry.name}
    queue: deque[tuple[Node, tuple[Link, ...]]] = deque([(entry, (first,))])
    while queue:
        here, chain = queue.popleft()
        for link, node in steps[here.name] if len(chain) < longest else ():
            if _is_data(network, node, link.rule):
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


def _entries(network: Network, nodes: list[Node]) -> Iterator[tuple[Node, str]]:
    for node in nodes:
        for group in _groups(network, node):
            for exposure in world_exposures(rules_of(group, Direction.INGRESS)):
                yield node, exposure.name


def _steps(network: Network, here: Node, nodes: list[Node]) -> Iterator[tuple[Link, Node]]:
    found: dict[tuple[str, str], Node] = {}
    for node in nodes:
        for group in _groups(network, node):
            for rule in rules_of(group, Direction.INGRESS):
                if node is not here and _means(rule, here):
                    found[rule.name, node.name] = node
    yield from ((Link(rule, name), node) for (rule, name), node in found.items())


def _means(rule: SecurityRule, node: Node) -> bool:
    if isinstance(rule.peer, Members):
        return rule.peer.group in node.groups
    return bool(block_of(rule.peer) & node.addresses)


def _is_data(network: Network, node: Node, rule_name: str) -> bool:
    """Whether a rule opens a data port of a node: any port of a known store, a well-known one of the unknown."""
    if node.kind is Kind.DATA_STORE:
        return True
    rules = [rule for group in _groups(network, node) for rule in group.rules if rule.name == rule_name]
    named: dict[str, bool] = defaultdict(bool)
    for rule in rules:
        wide = isinstance(rule.services, Ranges) and rule.services.size > DATA_PORTS.size
        named[rule.name] |= isinstance(rule.services, Ranges) and bool(rule.services & DATA_PORTS) and not wide
    return node.kind is None and named[rule_name]


def _groups(network: Network, node: Node) -> list[SecurityGroup]:
    return [network.groups[name] for name in node.groups if name in network.groups]
