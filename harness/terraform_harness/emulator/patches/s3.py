"""S3: bucket policies with conditions."""

from __future__ import annotations

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

from terraform_harness.emulator.patches.patch import patch


@patch(
    FakeBucket,
    reason="moto ignores conditions, so that a bucket that denies plain HTTP denies every request",
)
def get_permission(self: Any, action: str, resource: str) -> Any:
    """Evaluate the statements that have no condition; requests count as sent over HTTPS."""
    statements = json.loads(self.policy)["Statement"] if self.policy else []
    every = statements if isinstance(statements, list) else [statements]
    unconditional = [statement for statement in every if not statement.get("Condition")]
    if not unconditional:
        return PermissionResult.NEUTRAL
    return IAMPolicy(json.dumps({"Statement": unconditional})).is_action_permitted(action, resource)
