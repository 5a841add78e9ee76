"""IAM: policies that AWS manages."""

from __future__ import annotations

from typing import Any

from moto.iam.models import AWSManagedPolicy, IAMBackend

from terraform_harness.emulator.patches.patch import patch

PREFIX = "arn:aws:iam::aws:policy/"
_attach_role_policy = IAMBackend.attach_role_policy


@patch(IAMBackend, reason="moto lists AWS-managed policies only when it loads all of them, which takes seconds")
def attach_role_policy(self: Any, policy_arn: str, role_name: str) -> None:
    """Load the AWS-managed policy that is attached."""
    if policy_arn.startswith(PREFIX) and policy_arn not in self.managed_policies:
        data = _documents().get(policy_arn.rpartition("/")[2])
        if data is not None:
            loaded = AWSManagedPolicy.from_data(policy_arn.rpartition("/")[2], self.account_id, self.region_name, data)
            self.managed_policies[policy_arn] = loaded
    _attach_role_policy(self, policy_arn, role_name)


def _documents() -> Any:
    import json

    from moto.iam.aws_managed_policies import aws_managed_policies_data

    return json.loads(aws_managed_policies_data)
