"""HCL is readable and equals what was synthesized."""

from __future__ import annotations

import json

import pytest

from modules.export import hcl
from modules.export.hcl_template import expression, parts, quoted, simplified


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", '"plain"'),
        ("${aws_vpc.a.id}", "aws_vpc.a.id"),
        ("x-${aws_vpc.a.id}", '"x-${aws_vpc.a.id}"'),
        ('${join("}", ["a${b}"])}', 'join("}", ["a${b}"])'),
        ("${a}${b}", '"${a}${b}"'),
        ("$${not} %%{one}", '"$${not} %%{one}"'),
        ('quote " back \\ line\n', '"quote \\" back \\\\ line\\n"'),
        ("", '""'),
    ],
)
def test_text_is_written_as_quoted_hcl_string(text: str, written: str) -> None:
    assert hcl.value(text) == written


def test_values_are_written_as_hcl_literals() -> None:
    assert [hcl.value(item) for item in (True, None, 3, 3.0, 0.5, [], {})] == [
        "true",
        "null",
        "3",
        "3",
        "0.5",
        "[]",
        "{}",
    ]


def test_a_template_without_an_end_raises() -> None:
    with pytest.raises(ValueError, match="no closing brace"):
        list(parts("${a"))
    with pytest.raises(ValueError, match="no closing quote"):
        list(parts('${a("b}'))


def test_template_is_split_into_literals_and_expressions() -> None:
    assert [(part.text, part.is_expression) for part in parts("a${b}c")] == [("a", False), ("b", True), ("c", False)]
    assert expression("${b}") == "b"
    assert expression("a${b}") is None
    assert quoted("${b}") == '"${b}"'


def test_nested_interpolation_is_removed_except_in_quotes() -> None:
    assert simplified('${f(${var.a}, "x${var.b}")}-${g(h(${var.c}))}') == '${f(var.a, "x${var.b}")}-${g(h(var.c))}'


def test_block_aligns_short_arguments_and_separates_long_ones() -> None:
    body = {
        "depends_on": ["aws_vpc.main"],
        "lifecycle": {"ignore_changes": ["tags"]},
        "name": "a",
        "cidr_block": "${var.cidr}",
        "tags": {"Name": "a", "odd key": "b"},
        "rule": [{"port": 1}, {"port": 2}],
        "absent": None,
        "none": [],
        "//": {"metadata": {}},
    }
    assert (
        "\n".join(hcl.block("resource", ("aws_x", "y"), body))
        == """\
resource "aws_x" "y" {
  name       = "a"
  cidr_block = var.cidr

  tags = {
    Name      = "a"
    "odd key" = "b"
  }

  rule {
    port = 1
  }

  rule {
    port = 2
  }

  lifecycle {
    ignore_changes = [tags]
  }

  depends_on = [aws_vpc.main]
}"""
    )


def test_json_in_a_text_becomes_jsonencode() -> None:
    policy = '{"Statement": [{"Effect": "Allow", "Resource": "${aws_s3_bucket.a.arn}/*", "Action": ["s3:Get*"]}]}'
    assert (
        hcl.value(policy)
        == """\
jsonencode({
  Statement = [
    {
      Effect   = "Allow"
      Resource = "${aws_s3_bucket.a.arn}/*"
      Action   = ["s3:Get*"]
    },
  ]
})"""
    )


def test_json_inside_json_stays_a_text() -> None:
    inner = '{"a":  1}'
    assert hcl.value(json.dumps({"env": inner})) == 'jsonencode({\n  env = "{\\"a\\":  1}"\n})'


@pytest.mark.parametrize("text", ['{"a": ', "{not json}", "[1, 2", "{}", "[]"])
def test_invalid_or_empty_json_stays_a_text(text: str) -> None:
    assert hcl.value(text).startswith('"')


def test_quotes_in_a_reference_inside_json() -> None:
    text = '{"a": "${data.x["k"].id}"}'
    assert hcl.value(text) == 'jsonencode({\n  a = data.x["k"].id\n})'


def test_a_json_value_without_quotes_stays_a_number() -> None:
    text = '[{"stopTimeout": ${var.seconds}, "name": "a \\" ${var.name}", "cpu": "${tostring(var.cpu)}"}]'
    written = 'jsonencode([{ stopTimeout = var.seconds, name = "a \\" ${var.name}", cpu = tostring(var.cpu) }])'
    assert hcl.value(text) == written


def test_small_objects_in_a_list_are_written_on_a_line_each() -> None:
    text = json.dumps({"environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]})
    assert (
        hcl.value(text)
        == """\
jsonencode({
  environment = [
    { name = "A", value = "1" },
    { name = "B", value = "2" },
  ]
})"""
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("${tolist(a.b).0.c}", "${tolist(a.b)[0].c}"),
        ("${aws_x.y1.0.z}", "${aws_x.y1[0].z}"),
        ("${x * 1.5}", "${x * 1.5}"),
        ('${f("a.0.b")}', '${f("a.0.b")}'),
        ("a.0.b", "a.0.b"),
    ],
)
def test_legacy_indexes_are_replaced_in_expressions_only(text: str, written: str) -> None:
    assert simplified(text) == written
