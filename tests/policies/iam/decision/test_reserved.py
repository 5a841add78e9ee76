"""Exceptions from the evaluation that AWS documents."""

from __future__ import annotations

import pytest
from terraform_gate.iam.decision import Caller, Target, decide

from tests.policies.iam.decision.requests import ACCOUNT, ALLOWED, IMPLICIT, OBJECT, OTHER_ACCOUNT, answer, deny


@pytest.mark.feature("P9")
def test_root_and_documented_exceptions_decide_as_in_iam() -> None:
    root = f"arn:aws:iam::{ACCOUNT}:root"
    assert decide(Caller(root), "s3:GetObject", OBJECT, {}).outcome is ALLOWED
    elsewhere = Target(OBJECT, account=OTHER_ACCOUNT)
    assert decide(Caller(root), "s3:GetObject", elsewhere, {}).outcome is IMPLICIT
    assert answer(deny({"Action": "*", "Resource": "*"}), action="sts:GetCallerIdentity", on="*") is ALLOWED
    everything = {"Action": "*", "Resource": "*"}
    reserved = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin"
    for action, arn in (
        ("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ("iam:PutRolePolicy", reserved),
        ("kms:DeleteAlias", f"arn:aws:kms:eu-central-1:{ACCOUNT}:alias/aws/s3"),
    ):
        assert answer(everything, action=action, on=Target(arn, account=ACCOUNT)) is IMPLICIT, action
    assert answer(everything, action="iam:GetRole", on=reserved) is ALLOWED
