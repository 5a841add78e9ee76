"""Generated tests of modules: a rejected value for each validation, and mock values in AWS's formats."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from terraform_harness.tools import require

from modules.export import hcl, write
from modules.export.build import Module
from modules.export.mock_values import mock_value
from modules.export.module_call import standalone_values
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


def own_rules(module: Module) -> tuple[str, str]:
    """A module and a test: a copy of each variable for each of its rules, with the value that the rule rejects."""
    blocks = [f'variable "{item.name}" {{\n  type = {item.type}\n}}' for item in module.inputs]
    copies = []
    for item in module.inputs:
        for number, rule in enumerate(item.rules):
            name = f"{item.name}_rule_{number}"
            condition = re.sub(rf"\bvar\.{item.name}\b", f"var.{name}", rule.condition)
            for other, value in rule.given.items():
                condition = re.sub(rf"\bvar\.{other}\b", lambda _, value=value: hcl.value(value), condition)
            lines = [f"type = {item.type}", f"default = {hcl.value(rule.rejected)}", "validation {"]
            lines += [f"condition = {condition}", f"error_message = {hcl.value(rule.message)}", "}"]
            blocks.append("\n".join([f'variable "{name}" {{', *lines, "}"]))
            copies.append(f"var.{name}")
    values = {item.name: item.default for item in module.inputs if not item.required} | standalone_values(module)
    given = "\n".join(f"{name} = {hcl.value(value)}" for name, value in values.items())
    run = f'run "own" {{\ncommand = plan\nvariables {{\n{given}\n}}\nexpect_failures = {hcl.list_(copies)}\n}}'
    return "\n".join(blocks) + "\n", run


@pytest.mark.feature("M2")
@pytest.mark.parametrize("name", ["airflow", "foundation", "network"])
def test_each_rule_itself_rejects_its_value(every_module: dict[str, Module], name: str, tmp_path: Path) -> None:
    """Another rule of the same variable must not be the one that rejects it."""
    variables, test = own_rules(every_module[name])
    (tmp_path / "tests").mkdir()
    (tmp_path / "main.tf").write_text(variables)
    (tmp_path / "tests" / "own.tftest.hcl").write_text(test)
    terraform = require("terraform")
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull}
    for command in (["init"], ["test"]):
        done = subprocess.run(
            [terraform, *command, "-no-color"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
