"""AF_SG_6: every security-group rule belongs to a declared flow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.addresses import addresses
from terraform_gate.network.analysis.exposure import block_of, unknown_parts
from terraform_gate.network.filters import Direction, Members, Peer, SecurityGroup, SecurityRule, ServicePrefixes
from terraform_gate.network.model import Network
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reading.flows import DeclaredFlow, Place, declared_flows
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import describe
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import WORLD, flow, group, together, vpc, way_in, way_out
from terraform_gate.rules.shared.network_rule import GROUP_RULES, GROUPS, NetworkRule, fail_named, unknown_named

_PLACED = (group(name, tags={"airflow-fargate:place": name}) for name in ("scheduler", "database"))
_BASE = together(vpc(), *_PLACED)
_BOTH = together(
    way_out("database", "scheduler", 5432, other="database"), way_in("database", "database", 5432, other="scheduler")
)
_FLOWS = {"//": {"flows": [flow("scheduler", "database", 5432), flow("scheduler", "internet", 443, (WORLD,))]}}


class DeclaredFlowOnly(NetworkRule):
    """Rules against the flows in the stacks' metadata; says nothing where no flows are declared."""

    id = "AF_SG_6"
    title = "Every security-group rule belongs to a declared flow"
    severity = Severity.HIGH
    why = "The declared flows are what was reviewed. A rule that none of them explains was opened behind their back."
    remediation = "Declare the flow, with its reason, or remove the rule."
    references = ()
    resource_types = (*GROUPS, *GROUP_RULES)
    passing = (
        Example(
            title="flows for both rules",
            resources=together(_BASE, _BOTH, way_out("https", "scheduler", 443, cidr_ipv4=WORLD)),
            extra=_FLOWS,
        ),
    )
    failing = (
        Example(
            title="a port that no flow names",
            resources=together(_BASE, way_in("ssh", "database", 22, other="scheduler")),
            extra=_FLOWS,
        ),
        Example(
            title="the opposite direction of a flow",
            resources=together(_BASE, way_in("back", "scheduler", 5432, other="database")),
            extra=_FLOWS,
        ),
        Example(
            title="addresses that no flow names",
            resources=together(_BASE, way_in("office", "database", 5432, cidr_ipv4="203.0.113.0/24")),
            extra=_FLOWS,
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Look at every rule of every group, if anything is declared."""
        flows, network = declared_flows(configuration), network_of(configuration)
        for item in network.groups.values() if flows else ():
            for rule in item.rules:
                yield from _judge(configuration, network, flows, item, rule)


def _judge(
    configuration: Configuration,
    network: Network,
    flows: Sequence[DeclaredFlow],
    owner: SecurityGroup,
    rule: SecurityRule,
) -> Iterator[Finding]:
    for expression in unknown_parts(rule):
        yield from unknown_named(configuration, rule.name, f"not known before the apply: {expression}")
        return
    covered = Ranges.of(*((item.service, item.service + 1) for item in flows if _fits(network, item, owner, rule)))
    services = rule.services if isinstance(rule.services, Ranges) else Ranges()
    if undeclared := services - covered:
        way = "from" if rule.direction is Direction.INGRESS else "to"
        peer = _peer_text(network, rule.peer)
        what = f"no flow declares {describe(undeclared)} of {owner.place} {way} {peer}"
        yield from fail_named(configuration, rule.name, what)


def _fits(network: Network, flow: DeclaredFlow, owner: SecurityGroup, rule: SecurityRule) -> bool:
    own, other = flow.destination, flow.source
    if rule.direction is Direction.EGRESS:
        own, other = other, own
    return own.name == owner.place and _means(network, rule.peer, other)


def _means(network: Network, peer: Peer, place: Place) -> bool:
    if isinstance(peer, Members):
        return peer.group in network.groups and network.groups[peer.group].place == place.name
    if isinstance(peer, ServicePrefixes):
        return peer.name == place.name
    declared = Ranges.union(addresses(cidr) for cidr in place.cidrs)
    return bool(declared) and block_of(peer) <= declared


def _peer_text(network: Network, peer: Peer) -> str:
    if isinstance(peer, Members):
        return network.groups[peer.group].place if peer.group in network.groups else peer.group
    return getattr(peer, "text", "") or getattr(peer, "name", "")


rule = DeclaredFlowOnly()
