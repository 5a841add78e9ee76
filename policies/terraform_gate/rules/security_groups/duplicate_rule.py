"""AF_SG_8: no security-group rule repeats what another one says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.filters import Direction, Peer, SecurityGroup, SecurityRule
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reading.network import network_of
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import group, together, vpc, way_in
from terraform_gate.rules.shared.network_rule import GROUP_RULES, GROUPS, NetworkRule, fail_named, short

_BASE = together(vpc(), group("web"), group("client"))


class DuplicateRule(NetworkRule):
    """Rules of one group about the same peer of which one says nothing that the others do not."""

    id = "AF_SG_8"
    title = "No security-group rule repeats another"
    severity = Severity.LOW
    why = (
        "AWS refuses an exact duplicate at the apply. A wider rule beside a narrow one outlives it: whoever removes "
        "the narrow one believes that the port is closed."
    )
    remediation = "Keep one rule for each peer and port."
    references = ()
    resource_types = (*GROUPS, *GROUP_RULES)
    passing = (
        Example(
            title="two ports",
            resources=together(
                _BASE, way_in("https", "web", 443, other="client"), way_in("http", "web", 80, other="client")
            ),
        ),
    )
    failing = (
        Example(
            title="the same twice",
            resources=together(
                _BASE, way_in("one", "web", 443, other="client"), way_in("two", "web", 443, other="client")
            ),
        ),
        Example(
            title="a range around a port",
            resources=together(
                _BASE,
                way_in("one", "web", 443, other="client"),
                way_in("many", "web", 400, other="client", to_port=500),
            ),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Compare the rules of each group peer by peer."""
        for item in network_of(configuration).groups.values():
            for rules in _by_peer(item).values():
                for idle, reason in _idle(rules):
                    yield from fail_named(
                        configuration, idle.name, f"says nothing that {short(reason.name)} does not say"
                    )


def _by_peer(group: SecurityGroup) -> dict[tuple[Direction, Peer], list[SecurityRule]]:
    found: dict[tuple[Direction, Peer], list[SecurityRule]] = defaultdict(list)
    for rule in group.rules:
        if isinstance(rule.services, Ranges) and rule.services:
            found[rule.direction, rule.peer].append(rule)
    return found


def _idle(rules: list[SecurityRule]) -> Iterator[tuple[SecurityRule, SecurityRule]]:
    """Rules within another one: in order of their first service, only the farthest reaching one can hold the next."""
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
