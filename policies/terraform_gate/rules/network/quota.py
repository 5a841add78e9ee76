"""AF_NET_4: no more rules than AWS can be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.addresses import EVERY_IPV6
from terraform_gate.network.analysis.exposure import block_of, rules_of
from terraform_gate.network.filters import AclRule, Direction, SecurityRule
from terraform_gate.network.reading.network import network_of
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import acl, group, inline, inline_line, together, vpc
from terraform_gate.rules.shared.network_rule import ACLS, GROUPS, NetworkRule, fail_named

MOST_LINES = 40
"""Lines of a network ACL in one direction; 20 until the quota is raised. Amazon VPC quotas."""
MOST_RULES = 1000
"""Rules of a security group in one direction, with the quota raised as far as it goes; 60 before. Amazon VPC quotas."""

_MANY_LINES = [inline_line(number, f"10.0.{number}.0/24") for number in range(1, MOST_LINES + 2)]
_MANY_RULES = [inline(port, self=True) for port in range(1, MOST_RULES + 2)]


class Quota(NetworkRule):
    """Counts rules as AWS does: by direction and address family, a rule about a group in both families."""

    id = "AF_NET_4"
    title = "Security groups and network ACLs stay within quotas that cannot be raised"
    severity = Severity.MEDIUM
    why = "The apply stops half way, with a part of the rules in force."
    remediation = "Summarize blocks, use a prefix list, or name groups instead of addresses."
    references = ()
    resource_types = (*GROUPS, *ACLS)
    passing = (
        Example(
            title="a few of each",
            resources=together(
                vpc(),
                group("web", ingress=[inline(443, self=True)]),
                acl("main", ingress=[inline_line(100, "10.0.0.0/16")]),
            ),
        ),
    )
    failing = (
        Example(title="41 lines one way", resources=together(vpc(), acl("main", ingress=_MANY_LINES))),
        Example(title="1,001 rules one way", resources=together(vpc(), group("web", egress=_MANY_RULES))),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Look at both directions of every group and every network ACL."""
        network = network_of(configuration)
        for direction in Direction:
            for group_item in network.groups.values():
                count = _largest_family(rules_of(group_item, direction))
                if count > MOST_RULES:
                    yield from fail_named(
                        configuration, group_item.name, f"{count} {direction} rules, AWS takes {MOST_RULES}"
                    )
            for acl_item in network.acls.values():
                count = _largest_family(acl_item.lines(direction))
                if count > MOST_LINES:
                    yield from fail_named(
                        configuration, acl_item.name, f"{count} {direction} lines, AWS takes {MOST_LINES}"
                    )


def _largest_family(rules: Sequence[SecurityRule] | Sequence[AclRule]) -> int:
    only_ipv6 = sum(bool(block_of(rule.peer)) and block_of(rule.peer) <= EVERY_IPV6 for rule in rules)
    only_ipv4 = sum(bool(block_of(rule.peer)) and not block_of(rule.peer) & EVERY_IPV6 for rule in rules)
    return len(rules) - min(only_ipv4, only_ipv6)


rule = Quota()
