"""The text of AWS-managed policies, offline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any


def managed_document(name: str) -> Any:
    """The text of an AWS-managed policy as packaged by moto; an unknown reference if moto does not have it."""
    entry = managed_policies().get(name)
    return json.dumps(entry["Document"]) if entry else f"${{managed_policy({name})}}"


@cache
def managed_policies() -> Mapping[str, Any]:
    """Return the AWS-managed policies by name. Source: moto's copy of them."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    policies: Mapping[str, Any] = json.loads(aws_managed_policies_data)
    return policies
