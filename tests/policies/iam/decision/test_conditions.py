"""Condition operators: each expected answer is the one that the IAM User Guide documents."""

from __future__ import annotations

import pytest
from terraform_gate.iam.decision import UNKNOWN, Caller, Context, decide
from terraform_gate.iam.documents import MalformedError

from tests.policies.iam.decision.requests import ALLOWED, IMPLICIT, OBJECT, READ, ROLE, UNDECIDED, policy

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
def test_condition_operator_holds_as_in_iam(
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
