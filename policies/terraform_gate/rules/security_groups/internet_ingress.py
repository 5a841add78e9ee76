"""AF_SG_1: only internet-facing load balancers accept traffic from the internet, on their listener ports."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.analysis.exposure import (
    internet_exposures,
    listener_ports,
    may_be_internet,
    rules_of,
    unknown_parts,
)
from terraform_gate.network.filters import Direction, SecurityGroup
from terraform_gate.network.model import Network
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import describe
from terraform_gate.rule import Example
from terraform_gate.rules.shared.endpoint_examples import load_balancer
from terraform_gate.rules.shared.network_examples import ANYWHERE, ingress_rule, inline_rule, security_group, vpc
from terraform_gate.rules.shared.network_rule import GROUP_RULES, GROUPS, NetworkRule, fail_named, short, unknown_named
from terraform_gate.rules.shared.resources import merge

_BASE = merge(vpc(), security_group("public"))
_LISTS = {"aws_ec2_managed_prefix_list": {"open": {"name": "open", "address_family": "IPv4", "max_entries": 2}}}
_ENTRIES = {
    f"half_{index}": {"cidr": cidr, "prefix_list_id": "${aws_ec2_managed_prefix_list.open.id}"}
    for index, cidr in enumerate(("0.0.0.0/1", "128.0.0.0/1"))
}


class InternetIngress(NetworkRule):
    """Compares the union of all ingress rules of a group with the listener ports of internet-facing load balancers."""

    id = "AF_SG_1"
    title = "Only internet-facing load balancers accept traffic from the internet, on their listener ports"
    severity = Severity.CRITICAL
    why = (
        "Ports that are open to the internet are scanned within minutes. ::/0, all protocols, 0.0.0.0/0 "
        "split into two halves, prefix lists and variable defaults expose a port as much as 0.0.0.0/0 "
        "does."
    )
    remediation = (
        "Allow specific clients: a security group or your own CIDR blocks. Publish services through an "
        "internet-facing load balancer."
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
            title="an internet-facing load balancer on its listener port",
            resources=merge(_BASE, load_balancer(), ingress_rule("internet", "public", 443, cidr_ipv4=ANYWHERE)),
        ),
        Example(
            title="clients with a specific CIDR block",
            resources=merge(_BASE, ingress_rule("office", "public", 22, cidr_ipv4="203.0.113.0/24")),
        ),
        Example(
            title="a security group that a variable names",
            resources=merge(_BASE, ingress_rule("peer", "public", 22, referenced_security_group_id="${var.peer}")),
            extra={"variable": {"peer": {"type": "string"}}},
            not_plannable_because="the variable has no value",
        ),
    )
    failing = (
        Example(title="SSH from ::/0", resources=merge(_BASE, ingress_rule("ssh", "public", 22, cidr_ipv6="::/0"))),
        Example(
            title="all protocols from 0.0.0.0/0",
            resources=merge(_BASE, ingress_rule("all", "public", cidr_ipv4=ANYWHERE, ip_protocol="-1")),
        ),
        Example(
            title="0.0.0.0/0 split into two halves",
            resources=merge(
                _BASE,
                ingress_rule("low", "public", 5432, cidr_ipv4="0.0.0.0/1"),
                ingress_rule("high", "public", 5432, cidr_ipv4="128.0.0.0/1"),
            ),
        ),
        Example(
            title="a prefix list that contains 0.0.0.0/0",
            resources=merge(
                _BASE,
                _LISTS,
                {"aws_ec2_managed_prefix_list_entry": _ENTRIES},
                ingress_rule("listed", "public", 8080, prefix_list_id="${aws_ec2_managed_prefix_list.open.id}"),
            ),
        ),
        Example(
            title="a variable whose default is 0.0.0.0/0",
            resources=merge(_BASE, ingress_rule("default", "public", 8080, cidr_ipv4="${var.clients}")),
            extra={"variable": {"clients": {"type": "string", "default": ANYWHERE}}},
        ),
        Example(
            title="a load balancer on a port without a listener",
            resources=merge(_BASE, load_balancer(), ingress_rule("internet", "public", 8080, cidr_ipv4=ANYWHERE)),
        ),
        Example(
            title="an inline rule from 0.0.0.0/0",
            resources=merge(vpc(), security_group("public", ingress=[inline_rule(6379, cidr_blocks=[ANYWHERE])])),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check every group, including groups that only rules refer to."""
        network = network_of(configuration)
        for item in network.groups.values():
            yield from _unknown(configuration, item)
            yield from _exposed(configuration, network, item)


def _exposed(configuration: Configuration, network: Network, item: SecurityGroup) -> Iterator[Finding]:
    listened = listener_ports(network, item.name)
    for exposure in internet_exposures(rules_of(item, Direction.INGRESS)):
        if bad := exposure.services - listened:
            where = f"{describe(bad)} of {short(item.name)} is open to the internet"
            yield from fail_named(configuration, exposure.name, where)


def _unknown(configuration: Configuration, item: SecurityGroup) -> Iterator[Finding]:
    for rule in rules_of(item, Direction.INGRESS):
        for expression in unknown_parts(rule) if may_be_internet(rule.peer) else ():
            yield from unknown_named(configuration, rule.name, f"not known before the apply: {expression}")


rule = InternetIngress()
