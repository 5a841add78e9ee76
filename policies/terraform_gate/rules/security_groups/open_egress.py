"""AF_SG_3: egress to the world names its port."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.addresses import INTERNET
from terraform_gate.network.analysis.exposure import block_of, rules_of, unknown_parts, world_exposures
from terraform_gate.network.filters import Direction, SecurityGroup, Unknown
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import describe
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import WORLD, group, inline, together, vpc, way_out
from terraform_gate.rules.shared.network_rule import GROUP_RULES, GROUPS, NetworkRule, fail_named, short, unknown_named

_BASE = together(vpc(), group("task"))


class OpenEgress(NetworkRule):
    """The union of all egress rules of a group, where it reaches the world."""

    id = "AF_SG_3"
    title = "What may call the whole internet may do so on named ports only"
    severity = Severity.HIGH
    why = (
        "A task that may open any connection to anybody carries data out and commands in. The open egress rule that "
        "AWS gives every new group comes back in many disguises."
    )
    remediation = (
        "One egress rule a port: HTTPS (443), Git over SSH (22). Inside the VPC name the group that is called."
    )
    references = ("CKV_AWS_382", "trivy AVD-AWS-0104", "cfn_nag W5")
    resource_types = (*GROUPS, *GROUP_RULES)
    passing = (
        Example(title="HTTPS only", resources=together(_BASE, way_out("https", "task", 443, cidr_ipv4=WORLD))),
        Example(
            title="every port of a neighbour in the VPC",
            resources=together(_BASE, way_out("vpc", "task", cidr_ipv4="10.0.0.0/16", ip_protocol="-1")),
        ),
    )
    failing = (
        Example(
            title="every protocol to everywhere",
            resources=together(_BASE, way_out("all", "task", cidr_ipv4=WORLD, ip_protocol="-1")),
        ),
        Example(
            title="a range of ports to ::/0",
            resources=together(_BASE, way_out("ports", "task", 1024, cidr_ipv6="::/0", to_port=2048)),
        ),
        Example(
            title="the world in two halves",
            resources=together(
                _BASE,
                way_out("low", "task", cidr_ipv4="0.0.0.0/1", ip_protocol="-1"),
                way_out("high", "task", cidr_ipv4="128.0.0.0/1", ip_protocol="-1"),
            ),
        ),
        Example(
            title="an inline rule",
            resources=together(vpc(), group("task", egress=[inline(0, to_port=65535, cidr_blocks=[WORLD])])),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Look at every group, those that only rules mention included."""
        for item in network_of(configuration).groups.values():
            yield from _unknown(configuration, item)
            for exposure in world_exposures(rules_of(item, Direction.EGRESS)):
                if wide := Ranges.of(*(span for span in exposure.services.spans if span[1] - span[0] > 1)):
                    where = f"{short(item.name)} may call the whole internet on {describe(wide)}"
                    yield from fail_named(configuration, exposure.name, where)


def _unknown(configuration: Configuration, item: SecurityGroup) -> Iterator[Finding]:
    for rule in rules_of(item, Direction.EGRESS):
        one_port = isinstance(rule.services, Ranges) and rule.services.size == 1
        could_be_world = isinstance(rule.peer, Unknown) or bool(block_of(rule.peer) & INTERNET)
        for expression in unknown_parts(rule) if could_be_world and not one_port else ():
            yield from unknown_named(configuration, rule.name, f"not known before the apply: {expression}")


rule = OpenEgress()
