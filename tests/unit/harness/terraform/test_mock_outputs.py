"""Mock outputs have the shape and the form of real values."""

from __future__ import annotations

from typing import Any

import pytest
from terraform_harness.terraform import mock_outputs


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("${aws_iam_role.task_role.arn}", "arn:aws:iam::111111111111:role/task-role"),
        ("${aws_s3_bucket.logs.arn}", "arn:aws:s3:::logs"),
        ("${aws_sns_topic.alarms.arn}", "arn:aws:sns:eu-central-1:111111111111:alarms"),
        ("known", "known"),
        (7, 7),
        ("https://${aws_lb.public.dns_name}/", "https://public/"),
    ],
)
def test_mock_output_has_the_form_of_a_real_value(expression: Any, value: Any) -> None:
    assert mock_outputs.outputs({"output": {"o": {"value": expression}}}) == {"o": value}


def test_mock_ids_of_two_subnets_differ() -> None:
    value = ["${aws_subnet.a.id}", "${aws_subnet.b.id}"]
    first, second = mock_outputs.outputs({"output": {"ids": {"value": value}}})["ids"]
    assert first.startswith("subnet-")
    assert second.startswith("subnet-")
    assert first != second
