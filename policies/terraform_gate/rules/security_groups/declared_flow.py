"""AF_SG_6: every security-group rule implements a declared flow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.addresses import addresses
from terraform_gate.network.analysis.exposure import block_of, unknown_parts
from terraform_gate.network.filters import Direction, Members, Peer, SecurityGroup, SecurityRule, ServicePrefixes
from terraform_gate.network.model import Network
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reading.flows import DeclaredFlow, FlowEnd, declared_flows, undeclared_groups
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.reading.security_groups import ENDPOINT_TAG
from terraform_gate.network.services import describe
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import (
    ANYWHERE,
    declared_flow,
    egress_rule,
    ingress_rule,
    security_group,
    vpc,
)
from terraform_gate.rules.shared.network_rule import GROUP_RULES, GROUPS, NetworkRule, fail_named, unknown_named
from terraform_gate.rules.shared.resources import merge

_NAMED = (security_group(name, tags={"airflow-fargate:place": name}) for name in ("scheduler", "database"))
_BASE = merge(vpc(), *_NAMED)
_BOTH = merge(
    egress_rule("database", "scheduler", 5432, other="database"),
    ingress_rule("database", "database", 5432, other="scheduler"),
)
_FLOWS = {
    "//": {
        "flows": [
            declared_flow("scheduler", "database", 5432),
            declared_flow("scheduler", "internet", 443, (ANYWHERE,)),
        ]
    }
}


class DeclaredFlowOnly(NetworkRule):
    """Compares security-group rules with the flows in the stack metadata.

    Reports nothing when no flow is declared, unless the tag of a security group names an endpoint of flows: then the
    flows were deleted, and the verdict is unknown.
    """

    id = "AF_SG_6"
    title = "Every security-group rule implements a declared flow"
    severity = Severity.HIGH
    why = "Declared flows are what reviewers approve. A rule without a declared flow was opened without a review."
    remediation = "Declare the flow with its reason, or remove the rule."
    references = ()
    resource_types = (*GROUPS, *GROUP_RULES)
    passing = (
        Example(
            title="a declared flow for each rule",
            resources=merge(_BASE, _BOTH, egress_rule("https", "scheduler", 443, cidr_ipv4=ANYWHERE)),
            extra=_FLOWS,
        ),
    )
    failing = (
        Example(
            title="a port without a declared flow",
            resources=merge(_BASE, ingress_rule("ssh", "database", 22, other="scheduler")),
            extra=_FLOWS,
        ),
        Example(
            title="the reverse direction of a declared flow",
            resources=merge(_BASE, ingress_rule("back", "scheduler", 5432, other="database")),
            extra=_FLOWS,
        ),
        Example(
            title="addresses without a declared flow",
            resources=merge(_BASE, ingress_rule("office", "database", 5432, cidr_ipv4="203.0.113.0/24")),
            extra=_FLOWS,
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check every security-group rule, if any flow is declared."""
        for group in undeclared_groups(configuration):
            message = f"the metadata of the stack declares no flows, but the tag {ENDPOINT_TAG} names an endpoint"
            yield Finding.unknown(group, message)
        flows, network = declared_flows(configuration), network_of(configuration)
        for item in network.groups.values() if flows else ():
            for rule in item.rules:
                yield from _evaluate(configuration, network, flows, item, rule)


def _evaluate(
    configuration: Configuration,
    network: Network,
    flows: Sequence[DeclaredFlow],
    owner: SecurityGroup,
    rule: SecurityRule,
) -> Iterator[Finding]:
    for expression in unknown_parts(rule):
        yield from unknown_named(configuration, rule.name, f"not known before the apply: {expression}")
        return
    covered = Ranges.union(item.services for item in flows if _fits(network, item, owner, rule))
    services = rule.services if isinstance(rule.services, Ranges) else Ranges()
    if undeclared := services - covered:
        preposition = "from" if rule.direction is Direction.INGRESS else "to"
        peer = _peer_text(network, rule.peer)
        what = f"no flow declares {describe(undeclared)} of {owner.endpoint_name} {preposition} {peer}"
        yield from fail_named(configuration, rule.name, what)


def _fits(network: Network, flow: DeclaredFlow, owner: SecurityGroup, rule: SecurityRule) -> bool:
    own, other = flow.destination, flow.source
    if rule.direction is Direction.EGRESS:
        own, other = other, own
    return own.name == owner.endpoint_name and _matches(network, rule.peer, other)


def _matches(network: Network, peer: Peer, end: FlowEnd) -> bool:
    if isinstance(peer, Members):
        return end.name == (network.groups[peer.group].endpoint_name if peer.group in network.groups else peer.group)
    if isinstance(peer, ServicePrefixes):
        return peer.name == end.name
    declared = Ranges.union(addresses(cidr) for cidr in end.cidrs)
    return bool(declared) and block_of(peer) <= declared


def _peer_text(network: Network, peer: Peer) -> str:
    if isinstance(peer, Members):
        return network.groups[peer.group].endpoint_name if peer.group in network.groups else peer.group
    return getattr(peer, "text", "") or getattr(peer, "name", "")


rule = DeclaredFlowOnly()
