"""AF_SG_5: a rule that names a group has its counterpart there."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.analysis.exposure import block_of, rules_of
from terraform_gate.network.filters import Direction, Members, SecurityGroup, SecurityRule, Unknown
from terraform_gate.network.model import Network
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import EVERY_SERVICE, describe
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import group, together, vpc, way_in, way_out
from terraform_gate.rules.shared.network_rule import GROUP_RULES, GROUPS, NetworkRule, fail_named, short, unknown_named

_BASE = together(vpc(), group("task"), group("store"))
_OUT = way_out("database", "task", 5432, other="store")
_IN = way_in("database", "store", 5432, other="task")
_OPPOSITE = {Direction.INGRESS: Direction.EGRESS, Direction.EGRESS: Direction.INGRESS}


class BothEnds(NetworkRule):
    """Egress to a group without ingress there, and ingress from a group without egress there."""

    id = "AF_SG_5"
    title = "Every rule between two groups is written at both ends"
    severity = Severity.MEDIUM
    why = (
        "Half a permission either does not work, or is what is left of one that was taken back: it opens by itself as "
        "soon as somebody adds the other half for another reason."
    )
    remediation = (
        "Write ingress at the server and egress at the client from one statement, or remove the half that is left."
    )
    references = ()
    resource_types = (*GROUPS, *GROUP_RULES)
    passing = (
        Example(title="both ends", resources=together(_BASE, _OUT, _IN)),
        Example(
            title="the other end speaks of addresses that hold the group's",
            resources=together(_BASE, _IN, way_out("vpc", "task", 5432, cidr_ipv4="0.0.0.0/0")),
        ),
    )
    failing = (
        Example(title="egress without ingress", resources=together(_BASE, _OUT)),
        Example(title="ingress without egress", resources=together(_BASE, _IN)),
        Example(
            title="another port at the other end",
            resources=together(_BASE, _OUT, way_in("database", "store", 3306, other="task")),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Look at every rule whose peer is a group."""
        network = network_of(configuration)
        for owner in network.groups.values():
            for rule in owner.rules:
                if isinstance(rule.peer, Members):
                    yield from _judge(configuration, network, owner, rule, other=rule.peer.group)


def _judge(
    configuration: Configuration, network: Network, owner: SecurityGroup, rule: SecurityRule, *, other: str
) -> Iterator[Finding]:
    back = _OPPOSITE[rule.direction]
    counterpart = network.groups.get(other)
    if counterpart is None or (other not in configuration.resources and not counterpart.vpc):
        yield from unknown_named(configuration, rule.name, f"{short(other)} is not in the configuration")
        return
    wanted = rule.services if isinstance(rule.services, Ranges) else EVERY_SERVICE
    facing = [item for item in rules_of(counterpart, back) if _speaks_of(network, item, owner)]
    unknown = isinstance(rule.services, Unknown) or any(_is_unsure(item) for item in rules_of(counterpart, back))
    known = Ranges.union(item.services for item in facing if isinstance(item.services, Ranges))
    if lacking := wanted - known:
        what = f"{short(other)} has no {back} for {describe(lacking)} with {short(owner.name)}"
        say = unknown_named if unknown else fail_named
        yield from say(configuration, rule.name, what)


def _is_unsure(rule: SecurityRule) -> bool:
    return isinstance(rule.peer, Unknown) or isinstance(rule.services, Unknown)


def _speaks_of(network: Network, rule: SecurityRule, group: SecurityGroup) -> bool:
    """Whether a rule means the members of a group: by name, or by addresses that hold all of theirs."""
    if isinstance(rule.peer, Members):
        return rule.peer.group == group.name
    subnets = {name for party in network.parties.values() if group.name in party.groups for name in party.subnets}
    places = [network.subnets[name] for name in subnets]
    theirs = Ranges.union(place.addresses | place.unsure for place in places) or network.vpcs.get(group.vpc)
    return bool(theirs) and theirs is not None and theirs <= block_of(rule.peer)


rule = BothEnds()
