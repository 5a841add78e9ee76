"""Decisions about requests: each expected answer is the one that the IAM User Guide documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from terraform_gate.iam.decision import Caller, Outcome, Policy, Target, decide
from terraform_gate.iam.statement import Statement

from tests.policies.iam.decision.requests import (
    ACCOUNT,
    ALLOWED,
    DENIED,
    IMPLICIT,
    OBJECT,
    OTHER_ACCOUNT,
    READ,
    ROLE,
    SESSION,
    USER,
    answer,
    deny,
    policy,
)


@pytest.mark.feature("P9")
def test_wildcards_and_negated_elements_decide_as_in_iam() -> None:
    assert answer({**READ, "Action": "S3:get*"}) is ALLOWED
    assert answer({**READ, "Action": ["s3:PutObject", "s3:?etObject"]}) is ALLOWED
    assert answer({**READ, "Action": "s3:Put*"}) is IMPLICIT
    assert answer({"NotAction": "iam:*", "Resource": "*"}) is ALLOWED
    assert answer({"NotAction": "s3:*", "Resource": "*"}) is IMPLICIT
    assert answer({"Action": "s3:*", "NotResource": "arn:aws:s3:::other/*"}) is ALLOWED
    assert answer({"Action": "s3:*", "NotResource": "arn:aws:s3:::logs/*"}) is IMPLICIT
    assert answer(READ, {"Effect": "Deny", "NotAction": "ec2:*", "Resource": "*"}) is DENIED


@pytest.mark.feature("P9")
def test_explicit_deny_wins_wherever_it_is() -> None:
    full = policy({"Action": "*", "Resource": "*"})
    no = policy(deny({"Action": "s3:*", "Resource": "*"}))
    public = policy({**READ, "Principal": "*"})
    assert answer(READ) is ALLOWED
    assert answer(READ, deny(READ)) is DENIED
    assert answer(READ, boundary=no) is DENIED
    assert answer(READ, session=(no,)) is DENIED
    assert answer(READ, guardrails=((full, no),)) is DENIED
    closed = policy(deny({**READ, "Principal": "*"}))
    assert answer(READ, on=Target(OBJECT, closed)) is DENIED
    assert answer(READ, on=Target(OBJECT, public, guardrails=((no,),))) is DENIED
    decision = decide(Caller(ROLE, (policy(READ, {**deny(READ), "Sid": "Closed"}),)), "s3:GetObject", OBJECT, {})
    assert decision.statement is not None
    assert decision.statement.sid == "Closed"


@pytest.mark.feature("P9")
def test_boundary_session_policy_and_guardrails_limit_identity_policies() -> None:
    full, other = policy({"Action": "*", "Resource": "*"}), policy({"Action": "ec2:*", "Resource": "*"})
    for limit in ({"boundary": other}, {"session": (other,)}, {"guardrails": ((full,), (other,))}):
        assert answer(READ, **limit) is IMPLICIT
    assert answer(READ, boundary=full, session=(full,), guardrails=((full, other), (full,))) is ALLOWED
    assert answer(boundary=full) is IMPLICIT, "a boundary grants nothing"


@pytest.mark.feature("P9")
@pytest.mark.parametrize("arn", ["*", "s3.amazonaws.com"])
def test_guardrails_of_an_organization_do_not_limit_callers_without_an_account(arn: str) -> None:
    """AWS applies service control policies to principals of the organization's accounts only."""
    principal = "*" if arn == "*" else {"Service": arn}
    public = Target(OBJECT, policy({**READ, "Principal": principal}))
    no = policy(deny({"Action": "*", "Resource": "*"}))
    assert answer(arn=arn, on=public, guardrails=((no,),)) is ALLOWED
    assert answer(READ, on=public, guardrails=((no,),)) is DENIED


@pytest.mark.feature("P9")
@pytest.mark.parametrize("action", ["sts:AssumeRole", "kms:Decrypt"])
def test_roles_and_keys_need_their_own_policy(action: str) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/a" if "sts" in action else f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/1"
    caller = Caller(ROLE, (policy({"Action": action, "Resource": "*"}),))
    assert decide(caller, action, arn, {}).outcome is IMPLICIT
    root = policy({"Action": action, "Resource": "*", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}})
    assert decide(caller, action, Target(arn, root), {}).outcome is ALLOWED
    assert decide(Caller(ROLE), action, Target(arn, root), {}).outcome is IMPLICIT


@pytest.mark.feature("P9")
def test_another_account_needs_both_policies() -> None:
    def across(*statements: Mapping[str, Any], resource_policy: Policy | None) -> Outcome:
        return answer(*statements, on=Target(OBJECT, resource_policy, account=OTHER_ACCOUNT))

    for principal in ("*", {"AWS": ROLE}, {"AWS": ACCOUNT}):
        shared = policy({**READ, "Principal": principal})
        assert across(READ, resource_policy=shared) is ALLOWED
        assert across(resource_policy=shared) is IMPLICIT
    assert across(READ, resource_policy=None) is IMPLICIT
    queue = f"arn:aws:sqs:eu-central-1:{OTHER_ACCOUNT}:jobs"
    assert answer({"Action": "sqs:*", "Resource": "*"}, action="sqs:SendMessage", on=queue) is IMPLICIT


@pytest.mark.feature("P9")
@pytest.mark.parametrize(
    ("action", "arn"),
    [
        ("s3:GetObject", OBJECT),
        ("sqs:SendMessage", f"arn:aws:sqs:eu-central-1:{ACCOUNT}:jobs"),
        ("sns:Publish", f"arn:aws:sns:eu-central-1:{ACCOUNT}:alarms"),
        ("ecr:BatchGetImage", f"arn:aws:ecr:eu-central-1:{ACCOUNT}:repository/airflow"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret:a-b1c2d3"),
    ],
)
def test_resource_policy_of_the_same_account_is_enough(action: str, arn: str) -> None:
    for principal in ({"AWS": ROLE}, "*"):
        named = policy({"Action": action, "Resource": "*", "Principal": principal})
        assert answer(action=action, on=Target(arn, named)) is ALLOWED
    account = policy({"Action": action, "Resource": "*", "Principal": {"AWS": ACCOUNT}})
    assert answer(action=action, on=Target(arn, account)) is IMPLICIT


@pytest.mark.feature("P9")
def test_boundary_limits_resource_policies_for_roles_and_not_for_users_and_sessions() -> None:
    other = policy({"Action": "ec2:*", "Resource": "*"})

    def given_to(principal: str, caller: str, **condition: Any) -> Outcome:
        shared = policy({**READ, "Principal": {"AWS": principal}, **condition})
        return answer(on=Target(OBJECT, shared), arn=caller, boundary=other)

    assert given_to(ROLE, ROLE) is IMPLICIT
    assert given_to(ROLE, SESSION) is IMPLICIT
    assert given_to(SESSION, SESSION) is ALLOWED
    assert given_to(USER, USER) is ALLOWED
    assert given_to("*", ROLE, Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}}) is IMPLICIT


@pytest.mark.feature("P9")
def test_action_without_a_resource_needs_a_statement_for_all_resources() -> None:
    assert answer({"Action": "ecr:*", "Resource": "*"}, action="ecr:GetAuthorizationToken", on="*") is ALLOWED
    repository = {"Action": "ecr:*", "Resource": f"arn:aws:ecr:eu-central-1:{ACCOUNT}:repository/airflow"}
    assert answer(repository, action="ecr:GetAuthorizationToken", on="*") is IMPLICIT


@pytest.mark.feature("P9")
def test_deciding_statement_is_named() -> None:
    named = Policy([Statement(effect="Allow", actions=("s3:*",), resources=("*",), sid="Logs")], label="worker")
    decision = decide(Caller(ROLE, (named,)), "s3:GetObject", OBJECT, {})
    assert (decision.policy, decision.statement and decision.statement.sid, decision.is_possible) == (
        "worker",
        "Logs",
        True,
    )
    nothing = decide(Caller(ROLE), "s3:GetObject", OBJECT, {})
    assert (nothing.policy, nothing.statement, nothing.is_possible) == ("", None, False)
