"""AF_NET_2: a group, network ACL or route table has inline rules or separate ones, not both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policies.analysis.network_rules.base import ACLS, GROUP_RULES, GROUPS, NetworkRule, short
from policies.analysis.network_rules.examples import WORLD, acl, group, inline, inline_line, line, together, vpc, way_in
from policies.configuration import Configuration
from policies.expression import UNKNOWN
from policies.finding import Finding, Severity, failed
from policies.rule import Example
from policies.terraform_resource import Resource, items

_TABLES = ("aws_route_table", "aws_default_route_table")
_STYLES: Mapping[tuple[str, ...], tuple[tuple[str, ...], tuple[str, ...], str]] = {
    GROUPS: (("ingress", "egress"), GROUP_RULES, "security_group_id"),
    ACLS: (("ingress", "egress"), ("aws_network_acl_rule",), "network_acl_id"),
    _TABLES: (("route",), ("aws_route",), "route_table_id"),
}


class MixedStyles(NetworkRule):
    """Inline blocks of an owner against separate resources that name it."""

    id = "AF_NET_2"
    title = "Inline and separate rules are not mixed"
    severity_level = Severity.MEDIUM
    why = (
        "Inline blocks claim to be all there is: each apply removes the separate rules, and the next one puts them "
        "back. In between the port is closed, or open."
    )
    cure = "Write all rules of one owner as separate resources."
    references = ()
    resource_types = (*GROUPS, *ACLS, *_TABLES)
    passing = (
        Example(
            title="separate rules only", resources=together(vpc(), group("web"), way_in("peers", "web", other="web"))
        ),
        Example(
            title="inline rules only",
            resources=together(vpc(), group("web", ingress=[inline(443, self=True)])),
        ),
    )
    failing = (
        Example(
            title="a security group with both",
            resources=together(
                vpc(), group("web", ingress=[inline(443, self=True)]), way_in("peers", "web", 80, other="web")
            ),
        ),
        Example(
            title="a network ACL with both",
            resources=together(
                vpc(), acl("main", egress=[inline_line(100, WORLD)]), line("https", 100, (443, 443), "10.0.0.0/16")
            ),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Look at every owner of rules that has inline blocks."""
        for owners, (inlines, separate, argument) in _STYLES.items():
            for resource in configuration.of_type(*owners):
                if any(_is_written(resource, name) for name in inlines):
                    yield from _mixed(configuration, resource, separate, argument)


def _is_written(resource: Resource, name: str) -> bool:
    """Whether inline blocks stand there; an empty list is a claim too, what a plan leaves to the provider is none."""
    value = resource.body.get(name)
    return value is not None and any(item != UNKNOWN for item in items(value))


def _mixed(
    configuration: Configuration, resource: Resource, separate: tuple[str, ...], argument: str
) -> Iterator[Finding]:
    for user in configuration.users_of(resource, *separate):
        if configuration.find(user.body.get(argument)) is resource:
            yield failed(resource, f"has inline rules, and {short(user.key)} beside them")


rule = MixedStyles()
