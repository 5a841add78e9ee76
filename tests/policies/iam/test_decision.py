"""Decisions about requests: each expected answer is the one that the IAM User Guide documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from terraform_gate.iam.decision import UNKNOWN, Caller, Context, Outcome, Policy, Target, decide
from terraform_gate.iam.documents import MalformedError
from terraform_gate.iam.statement import Statement

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


CONDITIONS: list[tuple[str, str | list[str], str | list[str] | None, bool]] = [
    # operator, value of the policy, value of the request (None: absent), holds
    ("StringEquals", "a", "a", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", "a*", "ab", False),
    ("StringEquals", ["a", "b"], "b", True),
    ("StringEquals", "a", None, False),
    ("StringNotEquals", "a", "b", True),
    ("StringNotEquals", "a", "a", False),
    ("StringNotEquals", ["a", "b"], "b", False),
    ("StringNotEquals", "a", None, True),
    ("StringEqualsIgnoreCase", "a", "A", True),
    ("StringEqualsIgnoreCase", "a", "b", False),
    ("StringNotEqualsIgnoreCase", "a", "A", False),
    ("StringNotEqualsIgnoreCase", "a", "b", True),
    ("StringLike", "a*", "abc", True),
    ("StringLike", "a?", "ab", True),
    ("StringLike", "a?", "abc", False),
    ("StringLike", "a.c", "abc", False),
    ("StringLike", "*", "a\nb", True),
    ("StringLike", "a${*}", "a*", True),
    ("StringLike", "a${*}", "ab", False),
    ("StringNotLike", "a*", "abc", False),
    ("StringNotLike", "a*", "b", True),
    ("StringEqualsIfExists", "a", None, True),
    ("StringEqualsIfExists", "a", "b", False),
    ("StringNotEqualsIfExists", "a", "a", False),
    ("ArnLike", "arn:aws:s3:::logs", "arn:aws:s3:::logs", True),
    ("ArnLike", "arn:aws:iam::*:role/*", "arn:aws:iam::1:role/a/b", True),
    ("ArnLike", "arn:aws:*:role/a", "arn:aws:iam::1:role/a", False),
    ("ArnEquals", "arn:aws:iam::*:role/*", "arn:aws:iam::1:role/a", True),
    ("ArnNotLike", "arn:aws:iam::1:*", "arn:aws:iam::1:role/a", False),
    ("ArnNotLike", "arn:aws:iam::1:*", None, True),
    ("ArnNotEquals", "arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b", True),
    ("NumericEquals", "10", "10.0", True),
    ("NumericEquals", "10", "ten", False),
    ("NumericNotEquals", "10", "11", True),
    ("NumericNotEquals", "10", "10", False),
    ("NumericLessThan", "10", "9", True),
    ("NumericLessThan", "10", "10", False),
    ("NumericLessThanEquals", "10", "10", True),
    ("NumericLessThanEquals", "10", "11", False),
    ("NumericGreaterThan", "10", "11", True),
    ("NumericGreaterThan", "10", "10", False),
    ("NumericGreaterThanEquals", "10", "10", True),
    ("NumericGreaterThanEquals", "10", "9", False),
    ("NumericLessThan", "10", None, False),
    ("NumericLessThanIfExists", "10", None, True),
    ("DateEquals", "2026-01-01T00:00:00Z", "1767225600", True),
    ("DateEquals", "2026-01-01", "2026-01-01T00:00:00+00:00", True),
    ("DateNotEquals", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", True),
    ("DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", True),
    ("DateLessThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", False),
    ("DateLessThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", True),
    ("DateGreaterThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", True),
    ("DateGreaterThan", "2026-01-01T00:00:00Z", "tomorrow", False),
    ("DateGreaterThanEquals", "2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z", False),
    ("Bool", "true", "True", True),
    ("Bool", "true", "false", False),
    ("Bool", "true", None, False),
    ("BoolIfExists", "true", None, True),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
    ("BinaryEquals", "QmluYXJ5", "qmluYXJ5", False),
    ("IpAddress", "203.0.113.0/24", "203.0.113.9", True),
    ("IpAddress", "203.0.113.0/24", "203.0.114.9", False),
    ("IpAddress", "203.0.113.9", "203.0.113.9", True),
    ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
    ("IpAddress", "2001:db8::/32", "203.0.113.9", False),
    ("IpAddress", "203.0.113.0/24", "nowhere", False),
    ("NotIpAddress", "203.0.113.0/24", "203.0.114.9", True),
    ("NotIpAddress", "203.0.113.0/24", None, True),
    ("Null", "true", None, True),
    ("Null", "true", "a", False),
    ("Null", "false", "a", True),
    ("Null", "false", None, False),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
    ("ForAllValues:StringEquals", "a", None, True),
    ("ForAllValues:StringNotEquals", "a", ["b", "c"], True),
    ("ForAllValues:StringNotEquals", "a", ["a", "c"], False),
    ("ForAnyValue:StringEquals", ["a", "b"], ["c", "b"], True),
    ("ForAnyValue:StringEquals", ["a", "b"], ["c", "d"], False),
    ("ForAnyValue:StringEquals", "a", None, False),
    ("ForAnyValue:StringNotEquals", "a", ["a", "b"], True),
    ("ForAnyValue:StringNotEquals", "a", ["a"], False),
    ("ForAnyValue:StringNotEquals", "a", None, False),
    ("forallvalues:stringlike", "a*", ["ab", "ac"], True),
    ("StringEquals", "a", ["b", "a"], True),
    ("StringNotEquals", "a", ["b", "a"], False),
]


@pytest.mark.feature("P9")
@pytest.mark.parametrize(("operator", "expected", "actual", "holds"), CONDITIONS)
def test_condition_operators(
    operator: str, expected: str | list[str], actual: str | list[str] | None, *, holds: bool
) -> None:
    caller = Caller(ROLE, (policy({**READ, "Condition": {operator: {"aws:SomeKey": expected}}}),))
    context = {} if actual is None else {"AWS:somekey": actual}
    assert decide(caller, "s3:GetObject", OBJECT, context).outcome is (ALLOWED if holds else IMPLICIT)


@pytest.mark.feature("P9")
@pytest.mark.parametrize("operator", sorted({case[0] for case in CONDITIONS}))
def test_condition_on_a_key_that_is_not_known_is_unknown(operator: str) -> None:
    caller = Caller(ROLE, (policy({**READ, "Condition": {operator: {"aws:SomeKey": "1"}}}),))
    assert decide(caller, "s3:GetObject", OBJECT, {"aws:SomeKey": [UNKNOWN]}).outcome is UNDECIDED
    assert decide(caller, "s3:GetObject", OBJECT, Context(is_complete=False)).outcome is UNDECIDED


@pytest.mark.feature("P9")
def test_conditions_of_a_statement_must_all_hold() -> None:
    both = {**READ, "Condition": {"StringEquals": {"a:b": "1", "a:c": "2"}, "Bool": {"a:d": "true"}}}
    caller = Caller(ROLE, (policy(both),))
    complete = {"a:b": "1", "a:c": "2", "a:d": "true"}
    assert decide(caller, "s3:GetObject", OBJECT, complete).outcome is ALLOWED
    for key in complete:
        assert decide(caller, "s3:GetObject", OBJECT, {**complete, key: "0"}).outcome is IMPLICIT
    with pytest.raises(MalformedError, match="StringAlmostEquals"):
        policy({**READ, "Condition": {"StringAlmostEquals": {"a:b": "1"}}})


@pytest.mark.feature("P9")
@pytest.mark.parametrize(
    ("pattern", "arn", "covers"),
    [
        ("*", OBJECT, True),
        ("arn:aws:s3:::logs/*", OBJECT, True),
        ("arn:aws:s3:::logs", OBJECT, False),
        ("arn:aws:s3:::LOGS/*", OBJECT, False),
        ("arn:aws:s3:::logs/?.txt", OBJECT, True),
        ("arn:aws:s3:::logs/??.txt", OBJECT, False),
        ("arn:aws:s3:*", OBJECT, True),
        ("arn:*:logs/a.txt", "arn:aws:s3:::logs/a.txt", True),
        ("arn:a*s:s3:::logs/*", OBJECT, True),
        ("arn:a*3:::logs/*", OBJECT, False),
        ("arn:aws:sqs:*:1:jobs", "arn:aws:sqs:eu-central-1:1:jobs", True),
        ("arn:aws:sqs:*:1:jobs", "arn:aws:sqs:eu-central-1:2:jobs", False),
        ("arn:aws:logs:eu:1:log-group:/a/*", "arn:aws:logs:eu:1:log-group:/a/b:log-stream:c", True),
        ("arn:aws:s3:::logs/${aws:username}/*", "arn:aws:s3:::logs/ada/1", True),
        ("arn:aws:s3:::logs/${aws:username}/*", "arn:aws:s3:::logs/bob/1", False),
        ("arn:aws:s3:::logs/${aws:PrincipalTag/team, 'none'}/*", "arn:aws:s3:::logs/none/1", True),
        ("arn:aws:s3:::logs/${aws:PrincipalTag/team}/*", "arn:aws:s3:::logs/none/1", False),
        ("arn:aws:s3:::logs/${?}", "arn:aws:s3:::logs/?", True),
        ("arn:aws:s3:::logs/${?}", "arn:aws:s3:::logs/a", False),
        ("arn:aws:s3:::logs/${$}{x}", "arn:aws:s3:::logs/${x}", True),
    ],
)
def test_resource_patterns(pattern: str, arn: str, *, covers: bool) -> None:
    allow = {"Action": "s3:GetObject", "Resource": pattern}
    assert answer(allow, on=Target(arn, account=ACCOUNT), arn=USER) is (ALLOWED if covers else IMPLICIT)


@pytest.mark.feature("P9")
def test_policy_variables_of_a_value_are_literal_and_old_versions_have_none() -> None:
    allow = {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/${aws:username}"}
    caller = Caller(USER, (policy(allow),))
    assert decide(caller, "s3:GetObject", "arn:aws:s3:::logs/b", {"aws:username": "*"}).outcome is IMPLICIT
    assert decide(caller, "s3:GetObject", "arn:aws:s3:::logs/*", {"aws:username": "*"}).outcome is ALLOWED
    assert decide(caller, "s3:GetObject", "arn:aws:s3:::logs/b", {"aws:username": [UNKNOWN]}).outcome is UNDECIDED
    old = Caller(USER, (policy(allow, version="2008-10-17"),))
    assert decide(old, "s3:GetObject", "arn:aws:s3:::logs/ada", {}).outcome is IMPLICIT


@pytest.mark.feature("P9")
def test_terraform_expression_in_a_pattern_is_unknown_unless_nothing_can_match() -> None:
    def on(resource: str, arn: str = OBJECT) -> Outcome:
        return answer({"Action": "s3:GetObject", "Resource": resource}, on=arn)

    assert on("${var.bucket_arn}/*") is UNDECIDED
    assert on("arn:aws:s3:::${var.bucket}/b.txt") is IMPLICIT
    assert on("${dev//aws_s3_bucket.logs.arn}", "${dev//aws_s3_bucket.logs.arn}") is ALLOWED
    assert answer(READ, deny({"Action": "*", "Resource": "${var.secret}"})) is UNDECIDED
    conditional = {"IpAddress": {"aws:SourceIp": "${var.office}"}, "NumericLessThan": {"s3:max-keys": "${var.keys}"}}
    caller = Caller(ROLE, (policy({**READ, "Condition": conditional}),))
    assert decide(caller, "s3:GetObject", OBJECT, {"aws:SourceIp": "1.2.3.4", "s3:max-keys": "1"}).outcome is UNDECIDED


@pytest.mark.feature("P9")
def test_actions_and_negated_elements() -> None:
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


@pytest.mark.feature("P9")
def test_root_and_documented_exceptions() -> None:
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


@pytest.mark.feature("P9")
def test_action_without_a_resource_needs_a_statement_for_all_resources() -> None:
    assert answer({"Action": "ecr:*", "Resource": "*"}, action="ecr:GetAuthorizationToken", on="*") is ALLOWED
    repository = {"Action": "ecr:*", "Resource": f"arn:aws:ecr:eu-central-1:{ACCOUNT}:repository/airflow"}
    assert answer(repository, action="ecr:GetAuthorizationToken", on="*") is IMPLICIT


@pytest.mark.feature("P9")
@pytest.mark.parametrize(
    ("pattern", "request_pattern", "overlap"),
    [
        ("a*", "*b", True),
        ("a*", "b*", False),
        ("a?c", "*c", True),
        ("*", "*", True),
        ("ab", "a?", True),
        ("a", "", False),
    ],
)
def test_any_of_several_resources(pattern: str, request_pattern: str, *, overlap: bool) -> None:
    target = Target(f"arn:aws:s3:::{request_pattern}", is_pattern=True)
    allow = {"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{pattern}"}
    assert answer(allow, on=target) is (ALLOWED if overlap else IMPLICIT)


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
