"""Principals in trust policies and resource policies, and what is known about a caller."""

from __future__ import annotations

from typing import Any

import pytest
from terraform_gate.iam.decision import Caller, Target, decide

from tests.policies.iam.decision.requests import (
    ACCOUNT,
    ALLOWED,
    DENIED,
    OBJECT,
    OTHER_ACCOUNT,
    READ,
    ROLE,
    SESSION,
    TRUST,
    USER,
    answer,
    deny,
    policy,
)


@pytest.mark.feature("P9")
@pytest.mark.parametrize(
    ("principal", "caller", "with_identity_policy", "alone"),
    [
        ("*", ROLE, True, True),
        ({"AWS": "*"}, ROLE, True, True),
        ({"AWS": ROLE}, ROLE, True, True),
        ({"AWS": ROLE}, SESSION, True, True),
        ({"AWS": SESSION}, SESSION, True, True),
        ({"AWS": f"{SESSION}0"}, SESSION, False, False),
        ({"AWS": USER}, USER, True, True),
        ({"AWS": USER}, ROLE, False, False),
        ({"AWS": ACCOUNT}, ROLE, True, False),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, ROLE, True, False),
        ({"AWS": OTHER_ACCOUNT}, ROLE, False, False),
        ({"Service": "ecs-tasks.amazonaws.com"}, "ecs-tasks.amazonaws.com", True, True),
        ({"Service": "ec2.amazonaws.com"}, "ecs-tasks.amazonaws.com", False, False),
        ({"Service": "*"}, ROLE, False, False),
        ("*", "*", True, True),
        ({"AWS": ROLE}, "*", False, False),
    ],
)
def test_trust_policy_decides_who_assumes_a_role(
    principal: Any, caller: str, *, with_identity_policy: bool, alone: bool
) -> None:
    target = Target(f"arn:aws:iam::{ACCOUNT}:role/admin", policy({**TRUST, "Principal": principal}))
    assume = policy({**TRUST, "Resource": "*"})
    allowed = decide(Caller(caller, (assume,)), "sts:AssumeRole", target, {}).outcome
    assert (allowed is ALLOWED) is with_identity_policy
    assert (decide(Caller(caller), "sts:AssumeRole", target, {}).outcome is ALLOWED) is alone


@pytest.mark.feature("P9")
def test_not_principal_denies_everybody_else_and_every_caller_with_a_boundary() -> None:
    full = policy({"Action": "*", "Resource": "*"})
    except_worker = policy(deny({**READ, "NotPrincipal": {"AWS": [ROLE, ACCOUNT]}}))
    target = Target(OBJECT, except_worker)
    assert answer(READ, on=target) is ALLOWED
    assert answer(READ, on=target, boundary=full) is DENIED
    elsewhere = Target(OBJECT, except_worker, account=OTHER_ACCOUNT)
    assert answer(READ, on=elsewhere, arn=f"arn:aws:iam::{OTHER_ACCOUNT}:user/x") is DENIED


@pytest.mark.feature("P9")
def test_keys_about_the_caller_are_derived() -> None:
    for arn, key, value in (
        (ROLE, "aws:PrincipalArn", ROLE),
        (SESSION, "aws:PrincipalArn", ROLE),
        (USER, "aws:username", "ada"),
        (USER, "aws:PrincipalAccount", ACCOUNT),
        (USER, "aws:PrincipalType", "User"),
        (SESSION, "aws:PrincipalType", "AssumedRole"),
    ):
        assert answer({**READ, "Condition": {"StringEquals": {key: value}}}, arn=arn) is ALLOWED, key
    with_path = Caller(SESSION, role_arn=f"arn:aws:iam::{ACCOUNT}:role/airflow/worker")
    assert with_path.derived["aws:principalarn"] == (f"arn:aws:iam::{ACCOUNT}:role/airflow/worker",)
