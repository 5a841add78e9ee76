"""Policies and requests of the tests of decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from terraform_gate.iam.decision import Caller, Outcome, Policy, Target, decide

ACCOUNT, OTHER_ACCOUNT = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"
USER = f"arn:aws:iam::{ACCOUNT}:user/ada"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/run-1"
OBJECT = "arn:aws:s3:::logs/a.txt"
ALLOWED, DENIED, IMPLICIT, UNDECIDED = Outcome.ALLOWED, Outcome.DENIED, Outcome.IMPLICITLY_DENIED, Outcome.UNKNOWN
READ = {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/*"}
TRUST = {"Action": "sts:AssumeRole"}


def policy(*statements: Mapping[str, Any], version: str = "2012-10-17") -> Policy:
    return Policy.parse({"Version": version, "Statement": [{"Effect": "Allow", **item} for item in statements]})


def deny(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**statement, "Effect": "Deny"}


def answer(
    *statements: Mapping[str, Any],
    action: str = "s3:GetObject",
    on: str | Target = OBJECT,
    arn: str = ROLE,
    **limits: Any,
) -> Outcome:
    return decide(Caller(arn, (policy(*statements),), **limits), action, on, {}).outcome
