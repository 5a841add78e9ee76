"""AF_SG_1: only load balancers are open to the world, and only where they listen."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.addresses import INTERNET
from terraform_gate.network.analysis.exposure import block_of, listener_ports, rules_of, unknown_parts, world_exposures
from terraform_gate.network.filters import Direction, SecurityGroup, Unknown
from terraform_gate.network.model import Network
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import describe
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import WORLD, balancer, group, inline, together, vpc, way_in
from terraform_gate.rules.shared.network_rule import GROUP_RULES, GROUPS, NetworkRule, fail_named, short, unknown_named

_BASE = together(vpc(), group("door"))
_LISTS = {"aws_ec2_managed_prefix_list": {"open": {"name": "open", "address_family": "IPv4", "max_entries": 2}}}
_ENTRIES = {
    f"half_{index}": {"cidr": cidr, "prefix_list_id": "${aws_ec2_managed_prefix_list.open.id}"}
    for index, cidr in enumerate(("0.0.0.0/1", "128.0.0.0/1"))
}


class WorldIngress(NetworkRule):
    """The union of all ingress rules of a group, held against the ports of internet-facing load balancers."""

    id = "AF_SG_1"
    title = "Only internet-facing load balancers are open to the world, and only where they listen"
    severity = Severity.CRITICAL
    why = (
        "Whatever the whole internet may call is scanned within minutes. IPv6, all protocols, two halves of the "
        "address space, prefix lists and defaults of variables open a port as wide as 0.0.0.0/0 does."
    )
    remediation = (
        "Name the clients: a security group, or the blocks of your own network. The door is the load balancer's port."
    )
    references = (
        "CIS AWS 5.2",
        "CIS AWS 5.3",
        "FSBP EC2.18",
        "FSBP EC2.19",
        "cdk-nag AwsSolutions-EC23",
        "trivy AVD-AWS-0107",
        "Prowler ec2_securitygroup_allow_ingress_from_internet_to_all_ports",
        "CKV_AWS_260",
    )
    resource_types = (*GROUPS, *GROUP_RULES)
    passing = (
        Example(
            title="a load balancer on the port of its listener",
            resources=together(_BASE, balancer(), way_in("world", "door", 443, cidr_ipv4=WORLD)),
        ),
        Example(
            title="clients with an address block of their own",
            resources=together(_BASE, way_in("office", "door", 22, cidr_ipv4="203.0.113.0/24")),
        ),
    )
    failing = (
        Example(title="SSH from ::/0", resources=together(_BASE, way_in("ssh", "door", 22, cidr_ipv6="::/0"))),
        Example(
            title="every protocol from everywhere",
            resources=together(_BASE, way_in("all", "door", cidr_ipv4=WORLD, ip_protocol="-1")),
        ),
        Example(
            title="the world in two halves",
            resources=together(
                _BASE,
                way_in("low", "door", 5432, cidr_ipv4="0.0.0.0/1"),
                way_in("high", "door", 5432, cidr_ipv4="128.0.0.0/1"),
            ),
        ),
        Example(
            title="a prefix list that holds the world",
            resources=together(
                _BASE,
                _LISTS,
                {"aws_ec2_managed_prefix_list_entry": _ENTRIES},
                way_in("listed", "door", 8080, prefix_list_id="${aws_ec2_managed_prefix_list.open.id}"),
            ),
        ),
        Example(
            title="a variable whose default is the world",
            resources=together(_BASE, way_in("default", "door", 8080, cidr_ipv4="${var.clients}")),
            extra={"variable": {"clients": {"type": "string", "default": WORLD}}},
        ),
        Example(
            title="a load balancer on a port that it does not listen on",
            resources=together(_BASE, balancer(), way_in("world", "door", 8080, cidr_ipv4=WORLD)),
        ),
        Example(
            title="an inline rule",
            resources=together(vpc(), group("door", ingress=[inline(6379, cidr_blocks=[WORLD])])),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Look at every group, those that only rules mention included."""
        network = network_of(configuration)
        for item in network.groups.values():
            yield from _unknown(configuration, item)
            yield from _exposed(configuration, network, item)


def _exposed(configuration: Configuration, network: Network, item: SecurityGroup) -> Iterator[Finding]:
    doors = listener_ports(network, item.name)
    for exposure in world_exposures(rules_of(item, Direction.INGRESS)):
        if bad := exposure.services - doors:
            where = f"{describe(bad)} of {short(item.name)} is open to the world"
            yield from fail_named(configuration, exposure.name, where)


def _unknown(configuration: Configuration, item: SecurityGroup) -> Iterator[Finding]:
    for rule in rules_of(item, Direction.INGRESS):
        could_be_world = isinstance(rule.peer, Unknown) or bool(block_of(rule.peer) & INTERNET)
        for expression in unknown_parts(rule) if could_be_world else ():
            yield from unknown_named(configuration, rule.name, f"not known before the apply: {expression}")


rule = WorldIngress()
