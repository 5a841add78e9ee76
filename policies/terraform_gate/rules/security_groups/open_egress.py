"""AF_SG_3: egress to the internet is limited to specific ports."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.analysis.exposure import internet_exposures, may_be_internet, rules_of, unknown_parts
from terraform_gate.network.filters import Direction, SecurityGroup
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import describe
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import ANYWHERE, egress_rule, inline_rule, security_group, vpc
from terraform_gate.rules.shared.network_rule import GROUP_RULES, GROUPS, NetworkRule, fail_named, short, unknown_named
from terraform_gate.rules.shared.resources import merge

_BASE = merge(vpc(), security_group("task"))


class OpenEgress(NetworkRule):
    """Checks the union of all egress rules of a group that covers the internet."""

    id = "AF_SG_3"
    title = "Egress to the internet is limited to specific ports"
    severity = Severity.HIGH
    why = (
        "Unrestricted egress lets a compromised task exfiltrate data and receive commands. AWS adds an "
        "allow-all egress rule to every new security group."
    )
    remediation = (
        "Write one egress rule for each port: HTTPS (443), Git over SSH (22). Inside the VPC, reference "
        "the destination's security group."
    )
    references = ("CKV_AWS_382", "trivy AVD-AWS-0104", "cfn_nag W5")
    resource_types = (*GROUPS, *GROUP_RULES)
    passing = (
        Example(title="HTTPS only", resources=merge(_BASE, egress_rule("https", "task", 443, cidr_ipv4=ANYWHERE))),
        Example(
            title="every port inside the VPC",
            resources=merge(_BASE, egress_rule("vpc", "task", cidr_ipv4="10.0.0.0/16", ip_protocol="-1")),
        ),
    )
    failing = (
        Example(
            title="all protocols to 0.0.0.0/0",
            resources=merge(_BASE, egress_rule("all", "task", cidr_ipv4=ANYWHERE, ip_protocol="-1")),
        ),
        Example(
            title="a range of ports to ::/0",
            resources=merge(_BASE, egress_rule("ports", "task", 1024, cidr_ipv6="::/0", to_port=2048)),
        ),
        Example(
            title="0.0.0.0/0 split into two halves",
            resources=merge(
                _BASE,
                egress_rule("low", "task", cidr_ipv4="0.0.0.0/1", ip_protocol="-1"),
                egress_rule("high", "task", cidr_ipv4="128.0.0.0/1", ip_protocol="-1"),
            ),
        ),
        Example(
            title="an inline rule for every port",
            resources=merge(
                vpc(), security_group("task", egress=[inline_rule(0, to_port=65535, cidr_blocks=[ANYWHERE])])
            ),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check every group, including groups that only rules refer to."""
        for item in network_of(configuration).groups.values():
            yield from _unknown(configuration, item)
            for exposure in internet_exposures(rules_of(item, Direction.EGRESS)):
                if wide := Ranges.of(*(span for span in exposure.services.spans if span[1] - span[0] > 1)):
                    where = f"{short(item.name)} allows egress to the internet on {describe(wide)}"
                    yield from fail_named(configuration, exposure.name, where)


def _unknown(configuration: Configuration, item: SecurityGroup) -> Iterator[Finding]:
    for rule in rules_of(item, Direction.EGRESS):
        one_port = isinstance(rule.services, Ranges) and rule.services.size == 1
        for expression in unknown_parts(rule) if may_be_internet(rule.peer) and not one_port else ():
            yield from unknown_named(configuration, rule.name, f"not known before the apply: {expression}")


rule = OpenEgress()
