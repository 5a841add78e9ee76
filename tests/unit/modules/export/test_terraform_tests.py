"""Generated tests of modules: a rejected value for each validation, and mock values in AWS's formats."""

from __future__ import annotations

import re

import pytest

from modules.export import write
from modules.export.build import Module
from modules.export.mock_values import mock_value
from modules.export.terraform_tests import PLAN, VALIDATION


@pytest.mark.feature("M2")
def test_every_validation_has_a_rejected_value(every_module: dict[str, Module]) -> None:
    for module in every_module.values():
        files = write.content(module)
        validations = sum(len(item.rules) for item in module.inputs)
        expected = re.findall(r"expect_failures = \[(.*?)\]", files.get(VALIDATION, ""), re.DOTALL)
        assert sum(text.count("var.") for text in expected) == validations, module.name


@pytest.mark.feature("M1")
def test_modules_without_ephemeral_resources_use_a_mock_provider(every_module: dict[str, Module]) -> None:
    for module in every_module.values():
        test = write.content(module)[PLAN]
        assert ('mock_provider "aws"' in test) != bool(module.sections.get("ephemeral")), module.name


@pytest.mark.feature("M1")
def test_a_plan_test_asserts_tags_and_outputs(every_module: dict[str, Module]) -> None:
    test = write.content(every_module["broker"])[PLAN]
    assert 'condition     = aws_security_group.security_group.tags["team"] == "data"' in test
    assert 'condition     = output.address != ""' in test


@pytest.mark.parametrize(
    ("kind", "attribute", "value"),
    [
        ("aws_vpc", "id", "vpc-0123456789abcdef0"),
        ("aws_iam_role", "arn", "arn:aws:iam::111111111111:role/example"),
        ("aws_s3_bucket", "arn", "arn:aws:s3:::example"),
        ("aws_lb", "arn", "arn:aws:elasticloadbalancing:eu-west-1:111111111111:lb/example"),
        ("aws_db_instance", "address", "address.example.com"),
    ],
)
def test_mock_value_has_the_format_of_its_attribute(kind: str, attribute: str, value: str) -> None:
    assert mock_value(kind, attribute) == value
