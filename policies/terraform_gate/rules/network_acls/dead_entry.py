"""AF_NACL_1: every line of a network ACL can decide something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.analysis.acl_coverage import DeadLine, dead_lines
from terraform_gate.network.analysis.exposure import unknown_parts
from terraform_gate.network.filters import AclRule, Direction
from terraform_gate.network.reading.network import network_of
from terraform_gate.rule import Example
from terraform_gate.rules.shared.acl_examples import guarded, halves
from terraform_gate.rules.shared.network_examples import WORLD, acl, inline_line, line, together
from terraform_gate.rules.shared.network_rule import ACL_RULES, ACLS, NetworkRule, fail_named, short, unknown_named

_BASE = guarded("data")


class DeadLineRule(NetworkRule):
    """Reads the lines as AWS does: by number, inline and separate ones together, the first match decides."""

    id = "AF_NACL_1"
    title = "Every line of a network ACL can decide something"
    severity = Severity.MEDIUM
    why = (
        "A deny that stands behind a wider allow denies nothing, and whoever reads it believes that it does. An allow "
        "behind a deny is an outage waiting for its traffic. AWS refuses two lines with one number."
    )
    remediation = "Give exceptions a lower number than what they are taken from; remove lines that others make idle."
    references = ()
    resource_types = (*ACLS, *ACL_RULES)
    passing = (
        Example(
            title="the exception first",
            resources=together(
                _BASE,
                line("not_this_one", 100, (5432, 5432), "10.0.1.7/32", rule_action="deny"),
                line("database", 110, (5432, 5432), "10.0.1.0/24"),
            ),
        ),
    )
    failing = (
        Example(
            title="a deny behind a wider allow",
            resources=together(
                _BASE,
                line("database", 100, (5432, 5432), "10.0.1.0/24"),
                line("not_this_one", 110, (5432, 5432), "10.0.1.7/32", rule_action="deny"),
            ),
        ),
        Example(
            title="an allow behind two halves of a deny",
            resources=together(
                _BASE,
                halves((0, 65535), rule_action="deny"),
                line("database", 120, (5432, 5432), "10.0.1.0/24"),
            ),
        ),
        Example(
            title="the same twice",
            resources=together(
                _BASE,
                line("one", 100, (5432, 5432), "10.0.1.0/24"),
                line("two", 110, (5432, 5432), "10.0.1.0/24"),
            ),
        ),
        Example(
            title="one number twice",
            resources=together(
                _BASE,
                line("one", 100, (5432, 5432), "10.0.1.0/24"),
                line("two", 100, (6379, 6379), "10.0.1.0/24"),
            ),
        ),
        Example(
            title="an inline line before a separate one",
            resources=together(
                _BASE,
                acl("main", "data", ingress=[inline_line(100, WORLD)]),
                line("database", 110, (5432, 5432), "10.0.1.0/24"),
            ),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Look at both directions of every network ACL."""
        for item in network_of(configuration).acls.values():
            for direction in Direction:
                lines = item.lines(direction)
                yield from _numbers(configuration, lines)
                for dead in dead_lines(lines):
                    yield from fail_named(configuration, dead.line.name, _text(dead))
                for one in lines:
                    for expression in unknown_parts(one):
                        yield from unknown_named(configuration, one.name, f"not known before the apply: {expression}")


def _numbers(configuration: Configuration, lines: Sequence[AclRule]) -> Iterator[Finding]:
    """A dual-stack line counts once: it is two of ours with one name."""
    names: dict[int, set[str]] = {}
    for item in lines:
        names.setdefault(item.number, set()).add(item.name)
    inline = Counter((item.number, item.name, getattr(item.peer, "text", "")) for item in lines)
    for item in lines:
        twins = names[item.number] - {item.name}
        if twins:
            yield from fail_named(configuration, item.name, f"number {item.number} is also that of {short(min(twins))}")
        elif inline[item.number, item.name, getattr(item.peer, "text", "")] > 1:
            yield from fail_named(configuration, item.name, f"two lines have the number {item.number}")


def _text(dead: DeadLine) -> str:
    takers = ", ".join(dict.fromkeys(f"{short(item.name)} (line {item.number})" for item in dead.taken_by))
    verb = "contradicted and decided" if dead.contradicted else "decided already"
    return f"{dead.line.direction} line {dead.line.number} never decides: {verb} by {takers}"


rule = DeadLineRule()
