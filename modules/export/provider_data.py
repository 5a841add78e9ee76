"""What a module reads from the provider: the partition in ARNs, and the account and region, which it checks.

The stacks of this project have their own provider, which accepts only their account. A module gets the provider
of its caller, so that a wrong account would be noticed in the middle of an apply without these checks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Set
from typing import Any

PARTITION, CURRENT = "partition", "current"
_LITERAL, _READ = "arn:aws:", f"arn:${{local.{PARTITION}}}:"
_ACCOUNT, _REGION = "aws_caller_identity", "aws_region"
# Data source, its attribute and the variable that it must equal. The name of the region is its id: the provider 6
# calls `name` deprecated, and the provider 5 has no `region`.
CHECKS = ((_ACCOUNT, "account_id", "account_id"), (_REGION, "id", "region"))
MESSAGES = {
    "account_id": "account_id must be the account of the provider's credentials, ${self.account_id}.",
    "region": "region must be the region of the provider, ${self.id}.",
}
ACCOUNT_DESCRIPTION = "AWS account of the environment; a plan with the credentials of another account fails."
REGION_DESCRIPTION = "AWS region of the environment; a plan with a provider of another region fails."


def with_partition(synthesized: dict[str, Any]) -> dict[str, Any]:
    """``synthesized`` with the partition of the provider in every ARN."""
    others = {key: value for key, value in synthesized.items() if key != "variable"}
    text = json.dumps(others)
    if _LITERAL not in text:
        return synthesized
    found = json.loads(text.replace(_LITERAL, _READ))
    locals_ = {PARTITION: f"${{data.aws_partition.{CURRENT}.{PARTITION}}}"} | found.get("locals", {})
    return {**synthesized, **found, "locals": locals_, "data": {"aws_partition": {CURRENT: {}}}}


def with_checks(synthesized: dict[str, Any], used: Set[str]) -> dict[str, Any]:
    """``synthesized`` with a check of the account and of the region whose variables are in ``used``."""
    data = dict(_checks(used)) | synthesized.get("data", {})
    return {**synthesized, "data": data} if data else synthesized


def _checks(used: Set[str]) -> Iterator[tuple[str, Any]]:
    for kind, attribute, variable in CHECKS:
        if variable in used:
            condition = f"${{self.{attribute} == var.{variable}}}"
            guard = {"condition": condition, "error_message": MESSAGES[variable]}
            yield kind, {CURRENT: {"lifecycle": {"postcondition": [guard]}}}
