"""AF_NET_2: a security group, network ACL or route table has inline rules or separate rule resources, not both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.reading.acls import acl_entries, inline_entries
from terraform_gate.network.reading.reader import Reader
from terraform_gate.network.reading.routes import inline_routes, routes_in
from terraform_gate.network.reading.security_groups import inline_rules, security_rules
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import (
    ANYWHERE,
    acl_entry,
    ingress_rule,
    inline_acl_entry,
    inline_rule,
    network_acl,
    security_group,
    vpc,
)
from terraform_gate.rules.shared.network_rule import ACLS, GROUP_RULES, GROUPS, NetworkRule, short
from terraform_gate.rules.shared.resources import merge
from terraform_gate.terraform_resource import Resource

_TABLES = ("aws_route_table", "aws_default_route_table")
_STYLES: Mapping[tuple[str, ...], tuple[tuple[str, ...], tuple[str, ...], str]] = {
    GROUPS: (("ingress", "egress"), GROUP_RULES, "security_group_id"),
    ACLS: (("ingress", "egress"), ("aws_network_acl_rule",), "network_acl_id"),
    _TABLES: (("route",), ("aws_route",), "route_table_id"),
}


class MixedInlineRules(NetworkRule):
    """Resources with inline rules that separate rule resources refer to."""

    id = "AF_NET_2"
    title = "Inline rules and separate rule resources are not mixed"
    severity = Severity.MEDIUM
    why = (
        "Inline blocks are exclusive: one apply removes the separate rules and the next one adds them "
        "again. In between, ports are wrongly closed or open."
    )
    remediation = "Write all rules of a resource as separate rule resources."
    references = ()
    resource_types = (*GROUPS, *ACLS, *_TABLES)
    passing = (
        Example(
            title="separate rules only",
            resources=merge(vpc(), security_group("web"), ingress_rule("peers", "web", other="web")),
        ),
        Example(
            title="inline rules only",
            resources=merge(vpc(), security_group("web", ingress=[inline_rule(443, self=True)])),
        ),
    )
    failing = (
        Example(
            title="a security group with both",
            resources=merge(
                vpc(),
                security_group("web", ingress=[inline_rule(443, self=True)]),
                ingress_rule("peers", "web", 80, other="web"),
            ),
        ),
        Example(
            title="a network ACL with both",
            resources=merge(
                vpc(),
                network_acl("main", egress=[inline_acl_entry(100, ANYWHERE)]),
                acl_entry("https", 100, (443, 443), "10.0.0.0/16"),
            ),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check every resource that separate rules refer to."""
        reader = Reader(configuration)
        for owners, (inlines, separate, argument) in _STYLES.items():
            for resource in configuration.of_type(*owners):
                users = [
                    user
                    for user in configuration.users_of(resource, *separate)
                    if configuration.find(user.body.get(argument)) is resource
                ]
                if users and _writes_inline(reader, resource, users, inlines):
                    yield Finding.fail(resource, f"has inline rules, but also the separate rule {short(users[0].key)}")


def _writes_inline(reader: Reader, resource: Resource, users: Sequence[Resource], inlines: tuple[str, ...]) -> bool:
    """Whether inline rules are configured.

    An empty list is exclusive too; the copies of separate rules that a plan shows are not inline rules.
    """
    if not resource.is_planned:
        return any(resource.body.get(name) is not None for name in inlines)
    if resource.type in GROUPS:
        rules = [rule for user in users for rule in security_rules(reader, user)]
        return any(True for _ in inline_rules(reader, resource, separate=rules))
    if resource.type in ACLS:
        entries = [entry for user in users for entry in acl_entries(reader, user)]
        return any(True for _ in inline_entries(reader, resource, separate=entries))
    routes = {route.peer for user in users for route in routes_in(reader, user, user.body)}
    return any(route.peer not in routes for route in inline_routes(reader, resource))


rule = MixedInlineRules()
