"""Arguments of jsonencode are evaluated as far as they are literal."""

from __future__ import annotations

from typing import Any

import pytest
from terraform_harness.assertions import Match, compare, jsonencode


@pytest.mark.feature("H1")
@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("{}", {}),
        ("[]", []),
        ('{"a" = 1, b = "x", c : null}', {"a": 1, "b": "x", "c": None}),
        ("{\n  a = true\n  b = [1.5, -2]\n}", {"a": True, "b": [1.5, -2]}),
        ('{"a" = aws_vpc.main.id}', {"a": "${aws_vpc.main.id}"}),
        ('["${aws_s3_bucket.logs.arn}/*"]', ["${aws_s3_bucket.logs.arn}/*"]),
        ('[join(",", ["a", "b"]), 2]', ['${join(",", ["a", "b"])}', 2]),
        (r'["say \"hi\"", "${f("x")}"]', ['say "hi"', '${f("x")}']),
        ('{a = {b = {c = [{d = "}"}]}}}', {"a": {"b": {"c": [{"d": "}"}]}}}),
        ('var.enabled ? "a" : "b"', '${var.enabled ? "a" : "b"}'),
        ("[1, # one\n 2]", [1, 2]),
    ],
)
def test_argument_is_evaluated(argument: str, value: Any) -> None:
    assert jsonencode.evaluate(f"${{jsonencode({argument})}}") == value


@pytest.mark.feature("H1")
@pytest.mark.parametrize(
    "expression", ["text", "${aws_vpc.main.id}", "${jsonencode({)}", "${jsonencode([1)}", '${jsonencode({"a"})}']
)
def test_other_expression_is_rejected(expression: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        jsonencode.evaluate(expression)


@pytest.mark.feature("H1")
def test_match_json_reads_jsonencode() -> None:
    value = '${jsonencode({"Statement" = [{"Effect" = "Allow", "Resource" = aws_s3_bucket.b.arn}]})}'
    statement = {"Effect": "Allow", "Resource": Match.reference("aws_s3_bucket")}
    assert compare(Match.json({"Statement": [statement]}), value) == []
    [mismatch] = compare(Match.json({"Statement": [{"Effect": "Deny"}]}), value, "policy")
    assert str(mismatch) == "policy<json>.Statement[0].Effect: expected 'Deny', got 'Allow'"
