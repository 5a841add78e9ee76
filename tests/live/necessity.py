"""Leaves out each security group rule of the running environment in turn and tries the connections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

from terraform_gate.network.reach import Reach
from terraform_harness.packet_filters.denials import read_counts
from terraform_harness.packet_filters.ec2_network import Ec2Network, GroupRule
from terraform_harness.packet_filters.probe import Outcome
from terraform_harness.packet_filters.ruleset import ruleset

from local.ecs.fake_vpc import FakeVpc
from local.ecs.filtered_members import Member
from tests.live import matrix
from tests.live.conftest import Live

# A dropped packet is counted by the filter that dropped it, so an attempt need not last for its retransmission.
ATTEMPT_SECONDS = 0.7
# The model has no endpoint for people; their computers are in the blocks that may use the load balancer.
PEOPLE = [matrix.Connection("person", "load-balancer", port) for port in (80, 443)]


S3_REASON = (
    "S3 by its gateway endpoint. With a NAT gateway, the rule for HTTPS to any address covers S3's addresses; without"
    " one, this rule is the only way. A change of the egress mode then changes no rule for S3"
)


def with_reason(live: Live) -> dict[str, str]:
    """The peers of rules that another rule covers, with the reason to keep them."""
    return dict.fromkeys(live.ecs.vpc.network.prefix_lists, S3_REASON)


def superfluous_rules(live: Live) -> list[GroupRule]:
    """The rules of running endpoints without which every connection that the model calls open still opens."""
    model = matrix.modelled(live.applied.stacks)
    with matrix.ends(live, model) as found:
        wanted = matrix.decisions(model, matrix.connections(model, sorted(found)))
        opened = [item for item, reach in wanted.items() if reach is Reach.OPEN] + PEOPLE
        everyone = found | _people(live)
        groups = {group for member in live.ecs.vpc.members.values() for group in member.endpoint.groups}
        rules = [rule for rule in live.ecs.vpc.network.rules if rule.group in groups]
        return [rule for turn in _turns(rules) for rule in _superfluous(live, everyone, opened, turn)]


def _people(live: Live) -> dict[str, matrix.End]:
    members = live.ecs.vpc.members.items()
    return {
        member.endpoint.name: matrix.End(name=member.endpoint.name, address=address, namespace=member.namespace)
        for address, member in members
        if member.endpoint.name == "person"
    }


def _turns(rules: list[GroupRule]) -> Iterator[list[GroupRule]]:
    """Rules to leave out at once: one of each group and direction, because each connection then misses one rule."""
    for egress in (True, False):
        by_group = {
            rule.group: [other for other in rules if (other.group, other.egress) == (rule.group, egress)]
            for rule in rules
        }
        for turn in zip_longest(*by_group.values()):
            yield [rule for rule in turn if rule]


def _superfluous(
    live: Live, found: dict[str, matrix.End], opened: list[matrix.Connection], turn: list[GroupRule]
) -> Iterator[GroupRule]:
    vpc = live.ecs.vpc
    names = {group: member.endpoint.name for member in vpc.members.values() for group in member.endpoint.groups}
    altered = replace(vpc.network, rules=tuple(rule for rule in vpc.network.rules if rule not in turn))
    affected = [
        member for member in vpc.members.values() if {rule.group for rule in turn} & set(member.endpoint.groups)
    ]
    try:
        _apply(vpc, altered, affected)
        outcomes = matrix.attempts(found, opened, seconds=ATTEMPT_SECONDS)
        counts = [read_counts(altered, member.endpoint, member.namespace).denials for member in affected]
    finally:
        _apply(vpc, vpc.network, affected)
    dropped = matrix.dropped_by(counts, found)
    closed = [item for item in opened if outcomes[item] is Outcome.TIMED_OUT and item in dropped]
    for rule in turn:
        end = names[rule.group]
        if not any(end == (item.source if rule.egress else item.destination) for item in closed):
            yield rule


def _apply(vpc: FakeVpc, network: Ec2Network, members: list[Member]) -> None:
    endpoints = [member.endpoint for member in vpc.members.values()]
    for member in members:
        member.namespace.nft(ruleset(network, member.endpoint, endpoints))
