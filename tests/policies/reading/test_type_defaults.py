"""Optional attributes of variables have the defaults of their types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.policies.reading.hcl_folder import written

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
    inputs = written(tmp_path / "app", main=OBJECT % (kind, default, expression))
    assert not inputs.problems
    assert inputs.configurations()[0].of_type("aws_vpc")[0].body["tag"] == value


@pytest.mark.feature("P5")
def test_optional_attribute_of_a_module_has_the_default_of_its_type(tmp_path: Path) -> None:
    (tmp_path / "app" / "m").mkdir(parents=True)
    (tmp_path / "app" / "m" / "main.tf").write_text(
        'variable "o" {\n  type = object({ days = optional(number, 7) })\n}\n'
        'resource "aws_vpc" "main" {\n  tag = var.o.days\n}\n'
    )
    inputs = written(tmp_path / "app", main='module "m" {\n  source = "./m"\n  o = {}\n}\n')
    assert inputs.configurations()[0].of_type("aws_vpc")[0].body["tag"] == 7
