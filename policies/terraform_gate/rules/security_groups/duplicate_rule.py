"""AF_SG_8: no security-group rule is covered by another rule of the same group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.filters import Direction, Peer, SecurityGroup, SecurityRule
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reading.network import network_of
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import ingress_rule, security_group, vpc
from terraform_gate.rules.shared.network_rule import GROUP_RULES, GROUPS, NetworkRule, fail_named, short
from terraform_gate.rules.shared.resources import merge

_BASE = merge(vpc(), security_group("web"), security_group("client"))


class DuplicateRule(NetworkRule):
    """Rules of one group whose peer and ports another rule already covers."""

    id = "AF_SG_8"
    title = "No security-group rule duplicates or is contained in another rule"
    severity = Severity.LOW
    why = (
        "AWS rejects an exact duplicate during the apply. A rule inside a wider rule is misleading: the "
        "port stays open after the narrow rule is removed."
    )
    remediation = "Keep one rule for each peer and port range."
    references = ()
    resource_types = (*GROUPS, *GROUP_RULES)
    passing = (
        Example(
            title="two rules for different ports",
            resources=merge(
                _BASE,
                ingress_rule("https", "web", 443, other="client"),
                ingress_rule("http", "web", 80, other="client"),
            ),
        ),
    )
    failing = (
        Example(
            title="two identical rules",
            resources=merge(
                _BASE, ingress_rule("one", "web", 443, other="client"), ingress_rule("two", "web", 443, other="client")
            ),
        ),
        Example(
            title="a port inside the range of another rule",
            resources=merge(
                _BASE,
                ingress_rule("one", "web", 443, other="client"),
                ingress_rule("many", "web", 400, other="client", to_port=500),
            ),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Compare the rules of each group, peer by peer."""
        for item in network_of(configuration).groups.values():
            for rules in _by_peer(item).values():
                for contained, wider in _contained(rules):
                    yield from fail_named(configuration, contained.name, f"is covered by {short(wider.name)}")


def _by_peer(group: SecurityGroup) -> dict[tuple[Direction, Peer], list[SecurityRule]]:
    found: dict[tuple[Direction, Peer], list[SecurityRule]] = defaultdict(list)
    for rule in group.rules:
        if isinstance(rule.services, Ranges) and rule.services:
            found[rule.direction, rule.peer].append(rule)
    return found


def _contained(rules: list[SecurityRule]) -> Iterator[tuple[SecurityRule, SecurityRule]]:
    """Find the rules that another rule contains.

    Sorted by first service, only the rule that ends last so far can contain the next one.
    """
    spans = sorted(rules, key=lambda rule: (_first(rule), -_last(rule)))
    widest = spans[0]
    for rule in spans[1:]:
        if _last(rule) <= _last(widest):
            yield rule, widest
        else:
            widest = rule


def _first(rule: SecurityRule) -> int:
    return rule.services.spans[0][0] if isinstance(rule.services, Ranges) else 0


def _last(rule: SecurityRule) -> int:
    return rule.services.spans[-1][1] if isinstance(rule.services, Ranges) else 0


rule = DuplicateRule()
