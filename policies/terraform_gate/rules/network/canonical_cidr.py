"""AF_NET_1: every address block of a rule is one, written as AWS writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.addresses import host_bits
from terraform_gate.network.reading.values import Reader
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import acl, group, inline, line, subnet, together, vpc, way_in
from terraform_gate.rules.shared.network_rule import ACL_RULES, ACLS, GROUP_RULES, GROUPS, NetworkRule
from terraform_gate.terraform_resource import items

_REFUSED = "the provider refuses it in a plan; synthesized JSON is judged before that"
_BASE = together(vpc(), group("web"))
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
    """Blocks with bits set behind their prefix, and texts that are no blocks."""

    id = "AF_NET_1"
    title = "Every address block is one, without bits behind its prefix"
    severity = Severity.LOW
    why = (
        "10.0.1.7/16 looks like one machine and is 65,536. AWS either refuses it at the apply or stores 10.0.0.0/16, "
        "and then every plan wants to change it back."
    )
    remediation = "Write the first address of the block, or /32 (/128) for one machine."
    references = ()
    resource_types = ("aws_subnet", "aws_vpc", *GROUPS, *GROUP_RULES, *ACLS, *ACL_RULES, *_ROUTES, *_LISTS)
    passing = (
        Example(title="a block", resources=together(_BASE, way_in("https", "web", cidr_ipv4="10.0.0.0/16"))),
        Example(title="one machine", resources=together(_BASE, way_in("https", "web", cidr_ipv6="2001:db8::7/128"))),
    )
    failing = (
        Example(
            title="a machine with the prefix of its network",
            resources=together(
                vpc(), subnet("app", "10.0.0.0/24"), acl("main", "app"), line("https", 100, (443, 443), "10.0.1.7/16")
            ),
            not_plannable_because=_REFUSED,
        ),
        Example(
            title="host bits in an inline rule",
            resources=together(vpc(), group("web", ingress=[inline(443, cidr_blocks=["10.0.0.0/8", "10.0.1.7/16"])])),
            not_plannable_because=_REFUSED,
        ),
        Example(
            title="no block at all",
            resources=together(_BASE, way_in("https", "web", cidr_ipv4="10.0.0.0/33")),
            not_plannable_because=_REFUSED,
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Look at every literal block, also behind variables with defaults; what is not known is judged elsewhere."""
        reader = Reader(configuration)
        for resource in configuration.of_type(*self.resource_types):
            for where, value in _blocks(resource.body):
                if fault := _fault(reader.plain(value)):
                    yield Finding.fail(resource, f"{where}: {fault}")


def _blocks(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in _ARGUMENTS:
        yield from ((name, value) for value in items(body.get(name)))
    for name in _BLOCKS:
        for block in items(body.get(name)):
            if isinstance(block, Mapping):
                yield from ((f"{name}.{inner}", value) for inner, value in _blocks(block))


def _fault(value: Any) -> str | None:
    if not is_known(value) or value == "":
        return None
    try:
        better = host_bits(str(value))
    except ValueError:
        return f"{value} is no address block"
    return f"{value} has bits behind its prefix: AWS reads {better}" if better else None


rule = CanonicalCidr()
