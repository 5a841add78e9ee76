"""checkov's rules evaluate each configuration from scratch."""

from __future__ import annotations

import json

import pytest
from terraform_gate.checkov_engine.engine import checkov_findings
from terraform_gate.finding import Verdict
from terraform_gate.testing import configuration_from

ESCALATION = "CKV_AWS_286"


def _verdict(action: str) -> Verdict:
    """Evaluate a policy that allows ``action``; the stack and the address are the same for every call."""
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    policy = {"name": "p", "policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
    configuration = configuration_from({"aws_iam_policy": {"p": policy}})
    found = checkov_findings(configuration, skip=frozenset())
    return next(finding.verdict for check, finding in found if check.id == ESCALATION)


@pytest.mark.feature("P5")
def test_policies_of_one_address_in_two_configurations_get_their_own_verdicts() -> None:
    """checkov caches the parsed policy by file and address for the whole process."""
    actions = ("s3:GetObject", "iam:CreatePolicyVersion", "s3:GetObject")
    assert [_verdict(action) for action in actions] == [Verdict.PASS, Verdict.FAIL, Verdict.PASS]
