"""A module checks account and region of its provider, and reads the partition of its ARNs."""

from __future__ import annotations

import re

import pytest

from modules.export import write
from modules.export.build import Module
from modules.export.terraform_tests import PLAN


def code(module: Module) -> str:
    files = write.content(module)
    return "\n".join(text for name, text in files.items() if name.endswith(".tf") and "/" not in name)


@pytest.mark.feature("M1")
def test_a_module_with_an_account_or_a_region_checks_it(every_module: dict[str, Module]) -> None:
    checked = 0
    for module in every_module.values():
        inputs = {item.name: item for item in module.inputs}
        data = module.sections.get("data", {})
        assert ("aws_caller_identity" in data) == ("account_id" in inputs), module.name
        assert ("aws_region" in data) == ("region" in inputs), module.name
        if "account_id" in inputs:
            assert inputs["account_id"].description.endswith("credentials of another account fails.")
            assert "expect_failures = [data.aws_caller_identity.current" in write.content(module)[PLAN]
            checked += 1
    assert checked > 10


@pytest.mark.feature("M1")
def test_no_arn_of_a_resource_has_a_literal_partition(every_module: dict[str, Module]) -> None:
    for module in every_module.values():
        values = re.sub(r'(description|error_message) += ".*"', "", code(module))
        assert re.findall(r".*arn:aws:.*", values) == [], module.name


@pytest.mark.feature("M2")
def test_an_arn_of_another_partition_is_accepted(every_module: dict[str, Module]) -> None:
    boundary = next(item for item in every_module["airflow"].inputs if item.name == "iam_permissions_boundary")
    (pattern,) = re.findall(r'regex\("(.*?)", var', boundary.rules[0].condition)
    assert re.match(pattern, "arn:aws-us-gov:iam::111111111111:policy/boundary")
    assert not re.match(pattern, "arn:azure:iam::111111111111:policy/boundary")
