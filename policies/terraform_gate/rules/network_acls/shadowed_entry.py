"""AF_NACL_1: no network ACL entry is shadowed by entries with lower rule numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.analysis.exposure import unknown_parts
from terraform_gate.network.analysis.shadowed_entries import ShadowedEntry, shadowed_entries
from terraform_gate.network.filters import AclEntry, Direction
from terraform_gate.network.reading.network import network_of
from terraform_gate.rule import Example
from terraform_gate.rules.shared.acl_examples import split_internet, subnet_with_acl
from terraform_gate.rules.shared.network_examples import ANYWHERE, acl_entry, inline_acl_entry, network_acl
from terraform_gate.rules.shared.network_rule import ACL_RULES, ACLS, NetworkRule, fail_named, short, unknown_named
from terraform_gate.rules.shared.resources import merge

_BASE = subnet_with_acl("data")


class ShadowedAclEntry(NetworkRule):
    """Evaluates entries as AWS does.

    Inline and separate entries are read together, in order of rule number; the first match decides.
    """

    id = "AF_NACL_1"
    title = "No network ACL entry is shadowed by earlier entries"
    severity = Severity.MEDIUM
    why = (
        "A deny entry behind a wider allow entry denies nothing, although a reader believes that it "
        "does. An allow entry behind a deny entry blocks the traffic that it was meant to allow. AWS "
        "rejects two entries with the same rule number."
    )
    remediation = (
        "Give an exception a lower rule number than the entry it is an exception to, and remove shadowed entries."
    )
    references = ()
    resource_types = (*ACLS, *ACL_RULES)
    passing = (
        Example(
            title="the exception has the lower rule number",
            resources=merge(
                _BASE,
                acl_entry("not_this_one", 100, (5432, 5432), "10.0.1.7/32", rule_action="deny"),
                acl_entry("database", 110, (5432, 5432), "10.0.1.0/24"),
            ),
        ),
    )
    failing = (
        Example(
            title="a deny behind a wider allow",
            resources=merge(
                _BASE,
                acl_entry("database", 100, (5432, 5432), "10.0.1.0/24"),
                acl_entry("not_this_one", 110, (5432, 5432), "10.0.1.7/32", rule_action="deny"),
            ),
        ),
        Example(
            title="an allow behind two denies that cover it together",
            resources=merge(
                _BASE,
                split_internet((0, 65535), rule_action="deny"),
                acl_entry("database", 120, (5432, 5432), "10.0.1.0/24"),
            ),
        ),
        Example(
            title="two identical entries",
            resources=merge(
                _BASE,
                acl_entry("one", 100, (5432, 5432), "10.0.1.0/24"),
                acl_entry("two", 110, (5432, 5432), "10.0.1.0/24"),
            ),
        ),
        Example(
            title="two entries with one rule number",
            resources=merge(
                _BASE,
                acl_entry("one", 100, (5432, 5432), "10.0.1.0/24"),
                acl_entry("two", 100, (6379, 6379), "10.0.1.0/24"),
            ),
        ),
        Example(
            title="a separate entry shadowed by an inline entry",
            resources=merge(
                _BASE,
                network_acl("main", "data", ingress=[inline_acl_entry(100, ANYWHERE)]),
                acl_entry("database", 110, (5432, 5432), "10.0.1.0/24"),
            ),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check both directions of every network ACL."""
        for acl in network_of(configuration).acls.values():
            for direction in Direction:
                entries = acl.in_order(direction)
                yield from _numbers(configuration, entries)
                for shadowed in shadowed_entries(entries):
                    yield from fail_named(configuration, shadowed.entry.name, _text(shadowed))
                for entry in entries:
                    for expression in unknown_parts(entry):
                        yield from unknown_named(configuration, entry.name, f"not known before the apply: {expression}")


def _numbers(configuration: Configuration, entries: Sequence[AclEntry]) -> Iterator[Finding]:
    """Find rule numbers that are used twice.

    A dual-stack entry counts once: the model splits it into two with one name.
    """
    names: dict[int, set[str]] = {}
    for item in entries:
        names.setdefault(item.number, set()).add(item.name)
    inline = Counter((item.number, item.name, getattr(item.peer, "text", "")) for item in entries)
    for item in entries:
        others = names[item.number] - {item.name}
        if others:
            yield from fail_named(
                configuration, item.name, f"rule number {item.number} is also used by {short(min(others))}"
            )
        elif inline[item.number, item.name, getattr(item.peer, "text", "")] > 1:
            yield from fail_named(configuration, item.name, f"two entries have rule number {item.number}")


def _text(shadowed: ShadowedEntry) -> str:
    earlier = ", ".join(dict.fromkeys(f"{short(item.name)} (rule {item.number})" for item in shadowed.shadowed_by))
    how = "contradicted and shadowed" if shadowed.contradicted else "shadowed"
    return f"{shadowed.entry.direction} entry {shadowed.entry.number} never decides: it is {how} by {earlier}"


rule = ShadowedAclEntry()
