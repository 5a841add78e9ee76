"""Expressions of HCL: known values are evaluated, everything else is unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from terraform_gate.reading.expression import is_known

from tests.policies.reading.hcl_folder import addresses, value_of, written


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
    assert value_of(tmp_path / "app", expression) == value


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
        '1 ? "x" : "y"',
        'regex("a", "b")',
    ],
)
def test_value_that_depends_on_something_else_is_unknown(tmp_path: Path, expression: str) -> None:
    assert not is_known(value_of(tmp_path / "app", expression))


@pytest.mark.feature("P5")
def test_count_and_for_each_make_the_instances_that_are_known(tmp_path: Path) -> None:
    inputs = written(
        tmp_path / "app",
        main='variable "n" {}\n'
        'resource "aws_vpc" "none" { count = 1 == 2 ? 1 : 0 }\n'
        'resource "aws_vpc" "each" { for_each = { a = 1, b = 2 } }\n'
        'resource "aws_vpc" "empty" { for_each = {} }\n'
        'resource "aws_vpc" "maybe" { count = var.n }\n',
    )
    (configuration,) = inputs.configurations()
    assert addresses(configuration) == {'aws_vpc.each["a"]', 'aws_vpc.each["b"]', "aws_vpc.maybe"}
    assert [item.address for item in configuration.resources.values() if item.may_be_absent] == ["aws_vpc.maybe"]


@pytest.mark.feature("P5")
def test_locals_that_multiply_each_other_are_unknown_in_bounded_time(tmp_path: Path) -> None:
    steps = "".join(f"l{n} = [{', '.join([f'local.l{n - 1}'] * 10)}]\n" for n in range(1, 12))
    inputs = written(
        tmp_path / "app", main=f'locals {{\nl0 = "x"\n{steps}}}\nresource "aws_vpc" "v" {{ t = local.l11 }}\n'
    )
    (configuration,) = inputs.configurations()
    assert not is_known(configuration.of_type("aws_vpc")[0].get("t"))
