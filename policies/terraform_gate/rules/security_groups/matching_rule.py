"""AF_SG_5: a security-group rule that references another group has a matching rule in that group."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.analysis.exposure import block_of, rules_of
from terraform_gate.network.filters import Members, SecurityGroup, SecurityRule, Unknown
from terraform_gate.network.model import Network
from terraform_gate.network.ranges import NOTHING, Ranges
from terraform_gate.network.reading.flows import declared_flows
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import EVERY_SERVICE, describe
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import (
    declared_flow,
    egress_rule,
    ingress_rule,
    security_group,
    vpc,
)
from terraform_gate.rules.shared.network_rule import GROUP_RULES, GROUPS, NetworkRule, fail_named, short, unknown_named
from terraform_gate.rules.shared.resources import merge

_FOREIGN = "sg-0123456789abcdef0"
_BASE = merge(vpc(), security_group("task"), security_group("store"))
_OUT = egress_rule("database", "task", 5432, other="store")
_IN = ingress_rule("database", "store", 5432, other="task")


class UnpairedRule(NetworkRule):
    """Egress to a security group without a matching ingress rule there, and the reverse."""

    id = "AF_SG_5"
    title = "Every rule that references a security group has a matching rule in that group"
    severity = Severity.MEDIUM
    why = (
        "An egress rule without the matching ingress rule (or the reverse) allows no traffic. It is "
        "usually left over from a removed flow, and takes effect unnoticed as soon as the other rule is "
        "added for a different reason."
    )
    remediation = (
        "Define the ingress rule of the server and the egress rule of the client together, or remove the unpaired rule."
    )
    references = ()
    resource_types = (*GROUPS, *GROUP_RULES)
    passing = (
        Example(
            title="a declared flow names a security group outside of the configuration, whose owner writes the rule",
            resources=merge(_BASE, egress_rule("erp", "task", 1521, referenced_security_group_id=_FOREIGN)),
            extra={"//": {"flows": [declared_flow("task", _FOREIGN, 1521)]}},
        ),
        Example(title="ingress and egress match", resources=merge(_BASE, _OUT, _IN)),
        Example(
            title="the counterpart is a CIDR block that contains the subnets of the group",
            resources=merge(_BASE, _IN, egress_rule("vpc", "task", 5432, cidr_ipv4="0.0.0.0/0")),
        ),
    )
    failing = (
        Example(title="egress without ingress", resources=merge(_BASE, _OUT)),
        Example(title="ingress without egress", resources=merge(_BASE, _IN)),
        Example(
            title="the counterpart allows a different port",
            resources=merge(_BASE, _OUT, ingress_rule("database", "store", 3306, other="task")),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check every rule that references a security group."""
        network = network_of(configuration)
        ends = (flow.destination for flow in declared_flows(configuration))
        foreign = {end.name for end in ends if end.is_foreign_group and end.name not in network.groups}
        for owner in network.groups.values():
            for rule in owner.rules:
                if isinstance(rule.peer, Members) and rule.peer.group not in foreign:
                    yield from _evaluate(configuration, network, owner, rule, other=rule.peer.group)


def _evaluate(
    configuration: Configuration, network: Network, owner: SecurityGroup, rule: SecurityRule, *, other: str
) -> Iterator[Finding]:
    back = rule.direction.opposite
    counterpart = network.groups.get(other)
    if counterpart is None or (other not in configuration.resources and not counterpart.vpc):
        yield from unknown_named(configuration, rule.name, f"{short(other)} is not in the configuration")
        return
    wanted = rule.services if isinstance(rule.services, Ranges) else EVERY_SERVICE
    matching = [item for item in rules_of(counterpart, back) if _covers_group(network, item, owner)]
    unknown = isinstance(rule.services, Unknown) or any(_is_unknown(item) for item in rules_of(counterpart, back))
    known = Ranges.union(item.services for item in matching if isinstance(item.services, Ranges))
    if lacking := wanted - known:
        what = f"{short(other)} has no {back} rule for {describe(lacking)} with {short(owner.name)}"
        say = unknown_named if unknown else fail_named
        yield from say(configuration, rule.name, what)


def _is_unknown(rule: SecurityRule) -> bool:
    return isinstance(rule.peer, Unknown) or isinstance(rule.services, Unknown)


def _covers_group(network: Network, rule: SecurityRule, group: SecurityGroup) -> bool:
    """Whether a rule covers all members of a group: by reference, or by a CIDR block that contains their subnets."""
    if isinstance(rule.peer, Members):
        return rule.peer.group == group.name
    members = network.members_of(group.name)
    addresses = network.subnet_addresses(members) or network.vpcs.get(group.vpc, NOTHING)
    return bool(addresses) and addresses <= block_of(rule.peer)


rule = UnpairedRule()
