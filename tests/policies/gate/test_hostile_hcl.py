"""Hostile HCL gives a clear message or an unknown value: no traceback, no hang."""

from __future__ import annotations

from pathlib import Path

import pytest
from terraform_gate.reading.expression import is_known
from terraform_gate.reading.inputs import read

from tests.policies.gate_inputs import Folder, evaluated

DEEP = 5000


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("main.tf", "9" * DEEP, "a number has more than 4300 digits"),
        ("terraform.tfvars", f"x = {'9' * DEEP}", "a number has more than 4300 digits"),
        ("main.tf", "[" * 900 + "]" * 900, "nested too deeply"),
    ],
    ids=["long integer", "long integer in tfvars", "900 lists"],
)
def test_hostile_hcl_is_a_problem(folder: Folder, name: str, content: str, reason: str) -> None:
    value = content if name == "main.tf" else "var.x"
    file = folder.text(f'variable "x" {{}}\nresource "aws_vpc" "v" {{\n  tags = {value}\n}}\n', name="main.tf")
    if name != "main.tf":
        folder.text(content, name=name)
    report = evaluated(file.parent)
    assert report.exit_code == 2
    assert any(reason in problem.reason for problem in report.problems), report.problems


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    "expression",
    [
        "(" * 900 + "1" + ")" * 900,
        "-" * DEEP + "1",
        "!" * DEEP + "true",
        "var.x ? 1 : " * 900 + "2",
        "1" + " + 1" * 20_000,
        "upper(" * 900 + '"a"' + ")" * 900,
        "9" + " * 9" * 3000,
        "1e400 + 1",
        'format("%1000000000d", 1)',
        f'jsondecode("{"[" * DEEP}")',
        'jsondecode("NaN")',
        "range(1000000000)",
        "pow(10, 1000000)",
        'cidrsubnet("10.0.0.0/8", 99999999999999999999, 1)',
        'replace("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "/(a+)+$/", "x")',
        "setproduct(range(1000), range(1000), range(1000))",
    ],
    ids=lambda text: text[:12],
)
def test_expression_that_takes_too_much_is_unknown(folder: Folder, expression: str) -> None:
    main = f'variable "x" {{}}\nresource "aws_vpc" "v" {{\n  cidr_block = {expression}\n}}\n'
    inputs = read([folder.text(main, name="main.tf")])
    configurations = inputs.readable_configurations()
    assert not [problem for problem in inputs.problems if "Error" in problem.reason]
    assert inputs.problems or not is_known(configurations[0].of_type("aws_vpc")[0].get("cidr_block"))


@pytest.mark.feature("P5")
def test_dynamic_block_over_many_items_is_unknown(folder: Folder) -> None:
    file = folder.text(
        "locals { many = [for a in range(1000) : [for b in range(1000) : a]] }\n"
        'resource "aws_security_group" "s" {\n  dynamic "ingress" {\n    for_each = local.many\n'
        "    content {\n      from_port = ingress.value\n    }\n  }\n}\n",
        name="main.tf",
    )
    (configuration,) = read([file]).configurations()
    assert not is_known(configuration.of_type("aws_security_group")[0].get("ingress"))
