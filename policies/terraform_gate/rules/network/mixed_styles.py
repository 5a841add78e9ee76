"""AF_NET_2: a group, network ACL or route table has inline rules or separate ones, not both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.reading.acls import acl_lines, inline_lines
from terraform_gate.network.reading.routes import inline_routes, routes_in
from terraform_gate.network.reading.security_groups import inline_rules, security_rules
from terraform_gate.network.reading.values import Reader
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import (
    WORLD,
    acl,
    group,
    inline,
    inline_line,
    line,
    together,
    vpc,
    way_in,
)
from terraform_gate.rules.shared.network_rule import ACLS, GROUP_RULES, GROUPS, NetworkRule, short
from terraform_gate.terraform_resource import Resource

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
    severity = Severity.MEDIUM
    why = (
        "Inline blocks claim to be all there is: each apply removes the separate rules, and the next one puts them "
        "back. In between the port is closed, or open."
    )
    remediation = "Write all rules of one owner as separate resources."
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
        """Look at every owner that separate rules name."""
        reader = Reader(configuration)
        for owners, (inlines, separate, argument) in _STYLES.items():
            for resource in configuration.of_type(*owners):
                users = [
                    user
                    for user in configuration.users_of(resource, *separate)
                    if configuration.find(user.body.get(argument)) is resource
                ]
                if users and _writes_inline(reader, resource, users, inlines):
                    yield Finding.fail(resource, f"has inline rules, and {short(users[0].key)} beside them")


def _writes_inline(reader: Reader, resource: Resource, users: Sequence[Resource], inlines: tuple[str, ...]) -> bool:
    """Whether inline rules were written. An empty list claims too; what a plan mirrors from separate rules does not."""
    if not resource.is_planned:
        return any(resource.body.get(name) is not None for name in inlines)
    if resource.type in GROUPS:
        rules = [rule for user in users for rule in security_rules(reader, user)]
        return any(True for _ in inline_rules(reader, resource, beside=rules))
    if resource.type in ACLS:
        lines = [line for user in users for line in acl_lines(reader, user)]
        return any(True for _ in inline_lines(reader, resource, beside=lines))
    routes = {route.peer for user in users for route in routes_in(reader, user, user.body)}
    return any(route.peer not in routes for route in inline_routes(reader, resource))


rule = MixedStyles()
