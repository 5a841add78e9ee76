"""A precondition of the network ACLs: no two entries of a direction have the same number.

The number of an entry for a destination of the caller comes from a hash of its name, so that a further destination
changes no other entry. Without the precondition, two names with the same number would fail in the middle of an apply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from modules.export import hcl
from modules.export.hcl_template import expression

HASH, LOCAL = "sha256(", "network_acl_numbers"
MESSAGE = (
    "Two entries of a network ACL have the same number, which comes from the names of destinations. Fix: give a "
    "destination in egress of worker_groups another name."
)


def with_unique_rule_numbers(resources: Mapping[str, dict[str, Any]]) -> dict[str, str]:
    """Add a precondition to the first ``aws_network_acl`` when a number of an entry comes from a hash.

    Returns:
        The local value that the precondition uses: the numbers of each network ACL and direction.
    """
    acls = resources.get("aws_network_acl", {})
    numbers = [_of_direction(list(_entries(resources, name, egress))) for name in acls for egress in (False, True)]
    hashed = [text for text in numbers if HASH in text]
    if not hashed:
        return {}
    unique = f"[for numbers in local.{LOCAL} : length(distinct(numbers)) == length(numbers)]"
    guard = {"condition": f"${{alltrue({unique})}}", "error_message": MESSAGE}
    next(iter(acls.values()))["lifecycle"] = {"precondition": [guard]}
    return {LOCAL: f"${{{hcl.list_(hashed)}}}"}


def _entries(resources: Mapping[str, Any], name: str, egress: bool) -> Iterator[Mapping[str, Any]]:
    for entry in resources.get("aws_network_acl_rule", {}).values():
        if expression(entry["network_acl_id"]) == f"aws_network_acl.{name}.id" and entry["egress"] is egress:
            yield entry


def _of_direction(entries: Sequence[Mapping[str, Any]]) -> str:
    """The numbers of all entries of a direction, as a list."""
    fixed = [entry["rule_number"] for entry in entries if "for_each" not in entry]
    repeated = [_of_repeated(entry) for entry in entries if "for_each" in entry]
    return hcl.call("concat", [hcl.value(fixed), *repeated])


def _of_repeated(entry: Mapping[str, Any]) -> str:
    number = re.sub(r"\beach\.(key|value)\b", r"\1", expression(entry["rule_number"]) or "")
    return f"[for key, value in {expression(entry['for_each'])} : {number}]"
