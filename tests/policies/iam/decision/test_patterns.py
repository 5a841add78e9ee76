"""Patterns of resources, with policy variables and expressions of Terraform."""

from __future__ import annotations

import pytest
from terraform_gate.iam.decision import UNKNOWN, Caller, Outcome, Target, decide

from tests.policies.iam.decision.requests import (
    ACCOUNT,
    ALLOWED,
    IMPLICIT,
    OBJECT,
    READ,
    ROLE,
    UNDECIDED,
    USER,
    answer,
    deny,
    policy,
)


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
def test_resource_pattern_covers_only_matching_arns(pattern: str, arn: str, *, covers: bool) -> None:
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
def test_pattern_of_a_request_is_allowed_where_the_statement_can_cover_it(
    pattern: str, request_pattern: str, *, overlap: bool
) -> None:
    target = Target(f"arn:aws:s3:::{request_pattern}", is_pattern=True)
    allow = {"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{pattern}"}
    assert answer(allow, on=target) is (ALLOWED if overlap else IMPLICIT)
