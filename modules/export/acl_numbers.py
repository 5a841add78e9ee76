"""Preconditions of the network ACLs: no two entries of a direction have the same number, and there are not too many.

The number of an entry for a destination of the caller comes from a hash of its name, so that a further destination
changes no other entry. Without the precondition, two names with the same number would fail in the middle of an apply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from itertools import count
from typing import Any

from environments.facts.quotas import NETWORK_ACL_RULES
from modules.constructs.network_acls import LARGEST_RULE_NUMBER
from modules.export import hcl
from modules.export.field_inputs import Rejected
from modules.export.hcl_template import expression
from modules.export.inputs import Input, Rule, with_rules
from modules.export.module_inputs import ModuleInputs

HASH, LOCAL = "sha256(", "network_acl_numbers"
DESTINATION_VARIABLES = ("destinations", "_egress")
_PREFIX = re.compile(r'sha256\("(\w+_destinations)/')
_DEFAULT, _MOST = NETWORK_ACL_RULES.limit, 40
QUOTA = with_rules(
    Input(
        name="network_acl_rules_quota",
        type="number",
        description="Quota of the account for the rules of a network ACL in each direction; AWS raises it to at most "
        f"{_MOST}.",
        default=_DEFAULT,
    ),
    Rule(
        condition=f"var.network_acl_rules_quota >= {_DEFAULT} && var.network_acl_rules_quota <= {_MOST}",
        message=f"network_acl_rules_quota must be {_DEFAULT} to {_MOST}.",
        rejected=_MOST + 1,
    ),
)
TOO_MANY = (
    "A network ACL would have more rules than network_acl_rules_quota. Fix: merge blocks that are neighbours in the "
    "destinations or the allowed CIDR blocks, or have AWS raise the quota."
)
MESSAGE = (
    "Two entries of a network ACL have the same number, which comes from the names of destinations. Fix: give a "
    "destination another name."
)


def with_unique_rule_numbers(resources: Mapping[str, dict[str, Any]], inputs: ModuleInputs) -> None:
    """Add preconditions to the first ``aws_network_acl`` when a number of an entry comes from a hash.

    The numbers are unique, and there are not more than the quota of the account. ``inputs`` gets the quota, and the
    local value that the preconditions use: the numbers of each network ACL and direction.
    """
    acls = resources.get("aws_network_acl", {})
    numbers = [_of_direction(list(_entries(resources, name, egress))) for name in acls for egress in (False, True)]
    repeated = [text for text in numbers if "for key, value in" in text]
    if not any(HASH in text for text in repeated):
        return
    unique = f"[for numbers in local.{LOCAL} : length(distinct(numbers)) == length(numbers)]"
    # The default entry, which denies everything else, counts too.
    few = f"[for numbers in local.{LOCAL} : length(numbers) < var.{QUOTA.name}]"
    guards = [
        {"condition": f"${{alltrue({condition})}}", "error_message": message}
        for condition, message in ((unique, MESSAGE), (few, TOO_MANY))
    ]
    next(iter(acls.values()))["lifecycle"] = {"precondition": guards}
    inputs.variables[QUOTA.name] = QUOTA
    _declare_rejected(f"aws_network_acl.{next(iter(acls))}", "\n".join(repeated), inputs)
    inputs.locals[LOCAL] = f"${{{hcl.list_(repeated)}}}"


def _declare_rejected(address: str, numbers: str, inputs: ModuleInputs) -> None:
    """Destinations that the preconditions reject: two with the same number, and as many as the quota."""
    name = next((found for found in inputs.variables if found.endswith(DESTINATION_VARIABLES)), None)
    prefix = _PREFIX.search(numbers)
    if name is None or prefix is None:
        return
    several = [f"d{index}" for index in range(_DEFAULT)]
    for test, names in (("two_rules_of_one_number", _same_number(prefix[1])), ("too_many_rules", several)):
        wanted = {
            key: {"cidr": f"198.51.100.{index}/32", "port": 5439, "reason": "data warehouse"}
            for index, key in enumerate(names)
        }
        inputs.rejected[test] = Rejected(address, {name: wanted})


@cache
def _same_number(prefix: str) -> tuple[str, str]:
    """The first two names of destinations whose entries in the network ACL have the same number."""
    seen: dict[int, str] = {}
    for name in (f"destination-{index}" for index in count()):
        digest = sha256(f"{prefix}/{name}".encode()).hexdigest()
        first = seen.setdefault(int(digest[:6], 16) % LARGEST_RULE_NUMBER, name)
        if first != name:
            return first, name
    raise AssertionError


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
