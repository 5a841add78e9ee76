"""HCL is read like Terraform JSON: known values are evaluated, everything else is unknown."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from terraform_gate.configuration import Configuration
from terraform_gate.reading.expression import is_known
from terraform_gate.reading.inputs import Inputs, read

BLOCKS = """
variable "cidr" { default = "10.0.0.0/16" }
variable "ports" { default = { ssh = 22, web = 443 } }
variable "names" { default = ["b", "a", "b"] }
variable "given" {}
locals {
  flags   = { x = true, y = false }
  on      = [for name, flag in local.flags : name if flag]
  by_port = { for name, port in var.ports : port => upper(name) }
  partly  = { Allow = "*", Resource = aws_s3_bucket.b.arn }
}
resource "aws_s3_bucket" "b" { bucket = "logs" }
resource "aws_subnet" "two" {
  count      = 2
  cidr_block = cidrsubnet(var.cidr, 8, count.index)
}
"""


def _written(folder: Path, *, main: str) -> Inputs:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "main.tf").write_text(main, encoding="utf-8")
    return read([folder])


def _value(folder: Path, expression: str) -> Any:
    inputs = _written(folder, main=f'{BLOCKS}\nresource "aws_vpc" "main" {{\n  tag = {expression}\n}}\n')
    assert not inputs.problems
    return inputs.configurations()[0].of_type("aws_vpc")[0].body["tag"]


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("local.on", ["x"]),
        ("local.by_port", {"22": "SSH", "443": "WEB"}),
        ('"${var.cidr}-${length(var.names)}"', "10.0.0.0/16-3"),
        ("toset(var.names)", ["a", "b"]),
        ('var.cidr == "x" ? 1 : -2 * (3 + 4)', -14),
        ('var.ports["ssh"] > 21 && !local.flags.y', True),
        ('try(var.ports["none"], "other")', "other"),
        ("[for s in aws_subnet.two : s.cidr]", ["${app//aws_subnet.two[0].cidr}", "${app//aws_subnet.two[1].cidr}"]),
        ("aws_subnet.two[*].id", ["${app//aws_subnet.two[0].id}", "${app//aws_subnet.two[1].id}"]),
        ("jsonencode(local.partly)", '{"Allow":"*","Resource":"${app//aws_s3_bucket.b.arn}"}'),
        ('merge({ a = 1 }, { b = "x" }, null)', {"a": 1, "b": "x"}),
        ("<<-TEXT\n    a ${var.ports.web}\n      b\n  TEXT", "a 443\n  b\n"),
        ('"$${literal} \\"q\\""', '$${literal} "q"'),
        ("aws_s3_bucket.b.bucket_prefix", "${app//aws_s3_bucket.b.bucket_prefix}"),
        ("-1", -1),
        ("null", None),
    ],
)
def test_expression_has_its_value(tmp_path: Path, expression: str, value: Any) -> None:
    assert _value(tmp_path / "app", expression) == value


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    "expression",
    [
        "var.given",
        "upper(var.given)",
        'var.given == "a" ? "x" : "y"',
        'file("policy.json")',
        "timestamp()",
        "flatten([aws_s3_bucket.b.tags])",
        '"%{ if var.given }a%{ endif }"',
        "1 / 0",
        'regex("a", "b")',
    ],
)
def test_value_that_depends_on_something_else_is_unknown(tmp_path: Path, expression: str) -> None:
    assert not is_known(_value(tmp_path / "app", expression))


def _addresses(configuration: Configuration) -> set[str]:
    return {resource.address for resource in configuration.resources.values()}


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
def test_count_and_for_each_make_the_instances_that_are_known(tmp_path: Path) -> None:
    inputs = _written(
        tmp_path / "app",
        main='variable "n" {}\n'
        'resource "aws_vpc" "none" { count = 1 == 2 ? 1 : 0 }\n'
        'resource "aws_vpc" "each" { for_each = { a = 1, b = 2 } }\n'
        'resource "aws_vpc" "empty" { for_each = {} }\n'
        'resource "aws_vpc" "maybe" { count = var.n }\n',
    )
    (configuration,) = inputs.configurations()
    assert _addresses(configuration) == {'aws_vpc.each["a"]', 'aws_vpc.each["b"]', "aws_vpc.maybe"}
    assert [item.address for item in configuration.resources.values() if item.may_be_absent] == ["aws_vpc.maybe"]


@pytest.mark.feature("P5")
def test_module_whose_source_is_not_here_is_a_problem_with_file_and_line(tmp_path: Path) -> None:
    inputs = _written(tmp_path / "app", main='\nmodule "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n')
    (problem,) = inputs.problems
    assert problem.where == f"{tmp_path / 'app' / 'main.tf'}:2: module.vpc"
    assert "Fix: terraform init" in problem.reason


@pytest.mark.feature("P5")
def test_modules_that_call_each_other_in_a_circle_are_a_problem(tmp_path: Path) -> None:
    main = 'module "m" {\n  source = "../b"\n}\n'
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "main.tf").write_text('module "n" {\n  source = "../b"\n}\n')
    inputs = _written(tmp_path / "app", main=main)
    assert any("circle" in problem.reason for problem in inputs.problems)


@pytest.mark.feature("P5")
@pytest.mark.parametrize("text", ['resource "aws_vpc" "a" {', "x = 1", 'resource "aws_vpc" {}', "a { b = [ }"])
def test_text_that_is_not_hcl_is_a_problem_with_its_line(tmp_path: Path, text: str) -> None:
    (problem,) = _written(tmp_path / "app", main=text).problems
    assert problem.reason.startswith("not HCL: line 1")


@pytest.mark.feature("P5")
def test_locals_that_multiply_each_other_are_unknown_in_bounded_time(tmp_path: Path) -> None:
    steps = "".join(f"l{n} = [{', '.join([f'local.l{n - 1}'] * 10)}]\n" for n in range(1, 12))
    inputs = _written(
        tmp_path / "app", main=f'locals {{\nl0 = "x"\n{steps}}}\nresource "aws_vpc" "v" {{ t = local.l11 }}\n'
    )
    (configuration,) = inputs.configurations()
    assert not is_known(configuration.of_type("aws_vpc")[0].get("t"))


@pytest.mark.feature("P5")
def test_for_each_of_a_module_reads_the_outputs_of_another_and_of_itself(tmp_path: Path) -> None:
    folder = tmp_path / "app" / "m"
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text('resource "aws_vpc" "v" {}\noutput "names" { value = toset(["x"]) }\n')
    inputs = _written(
        tmp_path / "app",
        main='module "a" {\n  source = "./m"\n  for_each = module.b.names\n}\nmodule "b" {\n  source = "./m"\n}\n'
        'module "c" {\n  source = "./m"\n  for_each = module.c.names\n}\n',
    )
    (configuration,) = inputs.configurations()
    assert _addresses(configuration) == {
        'module.a["x"].aws_vpc.v',
        "module.b.aws_vpc.v",
        "module.c.aws_vpc.v",
    }


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('file("${path.module}/text")', "a $${x}"),
        ('templatefile("template", { name = upper("b"), list = [1, 2] })', "B-2 $${x}"),
        ('yamldecode(file("a.yaml"))["Action"][0]', "s3:*"),
        ('try(file("none"), "other")', "other"),
        ('templatefile("list", { names = ["a", "b"], on = true })', '["a","b"]'),
        ('templatefile("list", { names = [], on = false })', "none"),
        ("<<-T\n%{ for k, v in { b = 1, a = 2 } ~}\n${k}=${v};\n%{ endfor ~}\nend\nT", "a=2;\nb=1;\nend\n"),
    ],
)
def test_file_of_the_configuration_has_its_content(tmp_path: Path, expression: str, value: str) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "text").write_text("a ${x}")
    (folder / "template").write_text("${name}-${length(list)} $${x}")
    loop = '[%{ for i, name in names }%{ if i > 0 },%{ endif }"${name}"%{ endfor }]'
    (folder / "list").write_text(f"%{{ if on ~}}\n{loop}%{{ else }}none%{{ endif }}")
    (folder / "a.yaml").write_text("Action: ['s3:*']")
    assert _value(folder, expression) == value


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    "expression",
    [
        *(
            'file("/etc/hostname")',
            'file("../../outside")',
            'file(".")',
            'file("pipe")',
            'file("large")',
            "file(var.given)",
        ),
        *(
            'templatefile("open", {})',
            'templatefile("bad", {})',
            'templatefile("unknown", { a = var.given })',
            'file("binary")',
            'templatefile("template", {})',
            'templatefile("circle", {})',
            'templatefile("template", 1)',
        ),
        *(
            'yamldecode("a: &a 1\\nb: *a")',
            'yamldecode("a: 2026-01-01")',
            'yamldecode("a: [")',
            "yamldecode(var.given)",
        ),
    ],
)
def test_file_that_cannot_be_read_is_unknown(tmp_path: Path, expression: str) -> None:
    folder = tmp_path / "stacks" / "app"
    folder.mkdir(parents=True)
    (tmp_path / "outside").write_text("secret")
    (folder / "template").write_text("${name}")
    (folder / "open").write_text("%{ if true }a")
    (folder / "bad").write_text("%{ while true }a%{ endwhile }")
    (folder / "unknown").write_text("%{ if a }a%{ endif }")
    (folder / "circle").write_text('${templatefile("circle", {})}')
    (folder / "large").write_bytes(b"a" * (1024 * 1024 + 1))
    (folder / "binary").write_bytes(b"\xff\xfe")
    os.mkfifo(folder / "pipe")
    assert not is_known(_value(folder, expression))


OBJECT = 'variable "o" {\n  type = %s\n  default = %s\n}\nresource "aws_vpc" "main" {\n  tag = %s\n}\n'


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("kind", "default", "expression", "value"),
    [
        ("object({ days = optional(number, 7) })", "{}", "var.o.days", 7),
        ("object({ days = optional(number, 7) })", "{ days = 9 }", "var.o.days", 9),
        ("object({ days = optional(number, 7) })", "{ days = null }", "var.o.days", 7),
        ("object({ days = optional(number) })", "{}", "coalesce(var.o.days, 3)", 3),
        ("object({ days = optional(number, 7) })", "{}", "try(var.o.days, 3)", 7),
        (
            "map(object({ db = optional(object({ on = optional(bool, true) }), {}) }))",
            "{ a = {} }",
            "var.o.a.db.on",
            True,
        ),
        ("list(object({ a = string, b = optional(list(string), []) }))", '[{ a = "x" }]', "var.o[0].b", []),
    ],
)
def test_optional_attribute_has_the_default_of_its_type(
    tmp_path: Path, kind: str, default: str, expression: str, value: Any
) -> None:
    inputs = _written(tmp_path / "app", main=OBJECT % (kind, default, expression))
    assert not inputs.problems
    assert inputs.configurations()[0].of_type("aws_vpc")[0].body["tag"] == value


@pytest.mark.feature("P5")
def test_optional_attribute_of_a_module_has_the_default_of_its_type(tmp_path: Path) -> None:
    (tmp_path / "app" / "m").mkdir(parents=True)
    (tmp_path / "app" / "m" / "main.tf").write_text(
        'variable "o" {\n  type = object({ days = optional(number, 7) })\n}\n'
        'resource "aws_vpc" "main" {\n  tag = var.o.days\n}\n'
    )
    inputs = _written(tmp_path / "app", main='module "m" {\n  source = "./m"\n  o = {}\n}\n')
    assert inputs.configurations()[0].of_type("aws_vpc")[0].body["tag"] == 7


@pytest.mark.feature("P5")
def test_modules_that_multiply_each_other_are_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("terraform_gate.reading.module_instance._STEPS_OF_A_RESOURCE", 10_000_000)
    (tmp_path / "app" / "m").mkdir(parents=True)
    (tmp_path / "app" / "m" / "main.tf").write_text('resource "aws_vpc" "main" {\n  count = 1000\n}\n')
    inputs = _written(tmp_path / "app", main='module "m" {\n  source = "./m"\n  count = 1000\n}\n')
    assert not inputs.readable_configurations()
    assert "count and for_each have more than" in str(inputs.problems)
