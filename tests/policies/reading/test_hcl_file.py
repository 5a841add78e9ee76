"""Files of HCL are read as Terraform reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from terraform_gate.reading.inputs import read

from tests.policies.reading.hcl_folder import written


@pytest.mark.feature("P5")
def test_files_of_a_folder_are_read_as_terraform_reads_them(tmp_path: Path) -> None:
    """tfvars by precedence, override files, Terraform JSON together with HCL, and a local module with for_each."""
    folder = tmp_path / "app"
    for name, text in {
        "main.tf": 'variable "a" {}\nvariable "b" { default = 1 }\n'
        'resource "aws_vpc" "v" {\n  cidr_block = var.a\n  tags = { b = var.b }\n'
        "  lifecycle { ignore_changes = [tags] }\n}\n"
        'module "m" {\n  source = "./net"\n  for_each = toset(["x"])\n  vpc = aws_vpc.v.id\n}\n'
        'resource "aws_eip" "e" {\n  domain = module.m["x"].subnet\n}\n',
        "terraform.tfvars": 'a = "10.0.0.0/16"\nb = 2\n',
        "z.auto.tfvars.json": '{"b": 3}',
        "main_override.tf": 'resource "aws_vpc" "v" {\n  cidr_block = "10.9.0.0/16"\n}\n',
        "more.tf.json": '{"resource": {"aws_sqs_queue": {"q": {"name": "q-${var.b}"}}}}',
        "net/main.tf": 'variable "vpc" {}\nresource "aws_subnet" "s" {\n  vpc_id = var.vpc\n}\n'
        'output "subnet" { value = aws_subnet.s.id }\n',
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    inputs = read([tmp_path])
    assert (inputs.problems, [root.name for root in inputs.roots]) == ([], ["app"])
    (configuration,) = inputs.configurations()
    (vpc,) = configuration.of_type("aws_vpc")
    assert (vpc.get("cidr_block"), vpc.get("tags", "b")) == ("10.9.0.0/16", 3)
    assert vpc.get("lifecycle", "ignore_changes") is not None
    assert configuration.of_type("aws_sqs_queue")[0].get("name") == "q-3"
    (subnet,) = configuration.of_type("aws_subnet")
    assert (subnet.address, subnet.file.parent.name, subnet.line) == ('module.m["x"].aws_subnet.s', "net", 2)
    assert configuration.find(subnet.get("vpc_id")) is vpc
    assert configuration.find(configuration.of_type("aws_eip")[0].get("domain")) is subnet


@pytest.mark.feature("P5")
@pytest.mark.parametrize("text", ['resource "aws_vpc" "a" {', "x = 1", 'resource "aws_vpc" {}', "a { b = [ }"])
def test_text_that_is_not_hcl_is_a_problem_with_its_line(tmp_path: Path, text: str) -> None:
    (problem,) = written(tmp_path / "app", main=text).problems
    assert problem.reason.startswith("not HCL: line 1")
