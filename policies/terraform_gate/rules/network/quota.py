"""AF_NET_4: security groups and network ACLs stay within the quotas of Amazon VPC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.addresses import EVERY_IPV6
from terraform_gate.network.analysis.exposure import block_of, rules_of
from terraform_gate.network.filters import AclEntry, Direction, SecurityRule
from terraform_gate.network.reading.network import network_of
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import inline_acl_entry, inline_rule, network_acl, security_group, vpc
from terraform_gate.rules.shared.network_rule import ACLS, GROUPS, NetworkRule, fail_named
from terraform_gate.rules.shared.resources import merge

MAX_ACL_ENTRIES = 40
"""Entries of a network ACL in one direction with the highest quota; the default is 20. Source: Amazon VPC quotas."""
MAX_GROUP_RULES = 1000
"""Rules of a security group in one direction with the highest quota; the default is 60. Source: Amazon VPC quotas."""

_MANY_ENTRIES = [inline_acl_entry(number, f"10.0.{number}.0/24") for number in range(1, MAX_ACL_ENTRIES + 2)]
_MANY_RULES = [inline_rule(port, self=True) for port in range(1, MAX_GROUP_RULES + 2)]


class RuleQuota(NetworkRule):
    """Counts rules as AWS does: by direction and address family.

    A rule that references a group counts for both families.
    """

    id = "AF_NET_4"
    title = "Security groups and network ACLs stay within the highest quotas of Amazon VPC"
    severity = Severity.MEDIUM
    why = "AWS rejects the rules above the quota: the apply fails when only some of the rules exist."
    remediation = "Aggregate CIDR blocks, use a prefix list, or reference security groups instead of addresses."
    references = ()
    resource_types = (*GROUPS, *ACLS)
    passing = (
        Example(
            title="a few rules",
            resources=merge(
                vpc(),
                security_group("web", ingress=[inline_rule(443, self=True)]),
                network_acl("main", ingress=[inline_acl_entry(100, "10.0.0.0/16")]),
            ),
        ),
    )
    failing = (
        Example(
            title="41 entries in one direction", resources=merge(vpc(), network_acl("main", ingress=_MANY_ENTRIES))
        ),
        Example(
            title="1,001 rules in one direction", resources=merge(vpc(), security_group("web", egress=_MANY_RULES))
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Count both directions of every security group and network ACL."""
        network = network_of(configuration)
        for direction in Direction:
            for group in network.groups.values():
                count = _largest_family(rules_of(group, direction))
                if count > MAX_GROUP_RULES:
                    yield from fail_named(
                        configuration, group.name, f"{count} {direction} rules, AWS allows at most {MAX_GROUP_RULES}"
                    )
            for acl in network.acls.values():
                count = _largest_family(acl.in_order(direction))
                if count > MAX_ACL_ENTRIES:
                    yield from fail_named(
                        configuration, acl.name, f"{count} {direction} entries, AWS allows at most {MAX_ACL_ENTRIES}"
                    )


def _largest_family(rules: Sequence[SecurityRule] | Sequence[AclEntry]) -> int:
    only_ipv6 = sum(bool(block_of(rule.peer)) and block_of(rule.peer) <= EVERY_IPV6 for rule in rules)
    only_ipv4 = sum(bool(block_of(rule.peer)) and not block_of(rule.peer) & EVERY_IPV6 for rule in rules)
    return len(rules) - min(only_ipv4, only_ipv6)


rule = RuleQuota()
