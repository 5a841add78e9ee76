"""S3: bucket policies with conditions."""

from __future__ import annotations

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

from terraform_harness.emulator.patches.patch import gap


@gap(
    FakeBucket,
    reason="moto applies every conditional Deny, so a bucket that refuses plain HTTP refuses everything",
)
def get_permission(self: Any, action: str, resource: str) -> Any:
    """Statements without a condition decide; the others are for AWS to judge (the emulator plays its HTTPS side)."""
    statements = json.loads(self.policy)["Statement"] if self.policy else []
    every = statements if isinstance(statements, list) else [statements]
    unconditional = [one for one in every if not one.get("Condition")]
    if not unconditional:
        return PermissionResult.NEUTRAL
    return IAMPolicy(json.dumps({"Statement": unconditional})).is_action_permitted(action, resource)
