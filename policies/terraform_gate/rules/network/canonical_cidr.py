"""AF_NET_1: every CIDR block is valid and has no host bits set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.addresses import host_bits
from terraform_gate.network.reading.reader import Reader
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import (
    acl_entry,
    ingress_rule,
    inline_rule,
    network_acl,
    security_group,
    subnet,
    vpc,
)
from terraform_gate.rules.shared.network_rule import ACL_RULES, ACLS, GROUP_RULES, GROUPS, NetworkRule
from terraform_gate.rules.shared.resources import merge
from terraform_gate.terraform_resource import items

_NOT_PLANNABLE = "the provider rejects it during the plan; the gate reads synthesized JSON before that"
_BASE = merge(vpc(), security_group("web"))
_ROUTES = ("aws_route", "aws_route_table", "aws_default_route_table")
_LISTS = ("aws_ec2_managed_prefix_list", "aws_ec2_managed_prefix_list_entry")
_ARGUMENTS = (
    "cidr",
    "cidr_block",
    "cidr_blocks",
    "cidr_ipv4",
    "cidr_ipv6",
    "destination_cidr_block",
    "destination_ipv6_cidr_block",
    "ipv6_cidr_block",
    "ipv6_cidr_blocks",
)
_BLOCKS = ("ingress", "egress", "route", "entry")


class CanonicalCidr(NetworkRule):
    """CIDR blocks with host bits, and values that are not CIDR blocks."""

    id = "AF_NET_1"
    title = "Every CIDR block is valid and has no host bits set"
    severity = Severity.LOW
    why = (
        "10.0.1.7/16 looks like one host and is 65,536 addresses. AWS rejects it during the apply or "
        "stores 10.0.0.0/16, and then every plan reports a difference."
    )
    remediation = "Write the network address of the block, or /32 (/128 for IPv6) for a single host."
    references = ()
    resource_types = ("aws_subnet", "aws_vpc", *GROUPS, *GROUP_RULES, *ACLS, *ACL_RULES, *_ROUTES, *_LISTS)
    passing = (
        Example(title="a CIDR block", resources=merge(_BASE, ingress_rule("https", "web", cidr_ipv4="10.0.0.0/16"))),
        Example(
            title="a single host", resources=merge(_BASE, ingress_rule("https", "web", cidr_ipv6="2001:db8::7/128"))
        ),
    )
    failing = (
        Example(
            title="a host address with the prefix length of its network",
            resources=merge(
                vpc(),
                subnet("app", "10.0.0.0/24"),
                network_acl("main", "app"),
                acl_entry("https", 100, (443, 443), "10.0.1.7/16"),
            ),
            not_plannable_because=_NOT_PLANNABLE,
        ),
        Example(
            title="host bits in an inline rule",
            resources=merge(
                vpc(), security_group("web", ingress=[inline_rule(443, cidr_blocks=["10.0.0.0/8", "10.0.1.7/16"])])
            ),
            not_plannable_because=_NOT_PLANNABLE,
        ),
        Example(
            title="an invalid prefix length",
            resources=merge(_BASE, ingress_rule("https", "web", cidr_ipv4="10.0.0.0/33")),
            not_plannable_because=_NOT_PLANNABLE,
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check every literal CIDR block and every variable default; unknown values are left to other rules."""
        reader = Reader(configuration)
        for resource in configuration.of_type(*self.resource_types):
            for where, value in _blocks(resource.body):
                if problem := _problem(reader.plain(value)):
                    yield Finding.fail(resource, f"{where}: {problem}")


def _blocks(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in _ARGUMENTS:
        yield from ((name, value) for value in items(body.get(name)))
    for name in _BLOCKS:
        for block in items(body.get(name)):
            if isinstance(block, Mapping):
                yield from ((f"{name}.{inner}", value) for inner, value in _blocks(block))


def _problem(value: Any) -> str | None:
    if not is_known(value) or value == "":
        return None
    try:
        better = host_bits(str(value))
    except ValueError:
        return f"{value} is not a CIDR block"
    return f"{value} has host bits set: AWS reads it as {better}" if better else None


rule = CanonicalCidr()
