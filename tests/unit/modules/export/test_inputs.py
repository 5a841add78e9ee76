"""Variables have type, bounds, default and description of the environment model."""

from __future__ import annotations

from typing import Any

import pytest

from environments.model import Environment
from modules.export.inputs import Input, Rule, arn, from_model, texts

SCHEMA = Environment.model_json_schema()


def key(section: str, name: str) -> Input:
    """The variable of a key in the model."""
    found = from_model(name, SCHEMA["$defs"][section]["properties"][name])
    assert found is not None
    return found


@pytest.mark.feature("M2")
def test_number_with_bounds_and_default() -> None:
    found = key("Database", "backup_retention_days")
    assert (found.type, found.default, found.required) == ("number", 14, False)
    assert found.description == "Days for which point-in-time recovery works."
    assert found.rules == (
        Rule(
            condition="floor(var.backup_retention_days) == var.backup_retention_days",
            message="backup_retention_days must be a whole number.",
            rejected=0.5,
        ),
        Rule(
            condition="var.backup_retention_days >= 0 && var.backup_retention_days <= 35",
            message="backup_retention_days must be 0 to 35.",
            rejected=-1,
        ),
    )


@pytest.mark.feature("M2")
def test_pattern_becomes_a_regex_validation() -> None:
    (rule,) = key("Database", "instance_class").rules
    assert rule.condition == 'can(regex("^db(\\\\.[a-z0-9]+){1,2}$", var.instance_class))'
    assert rule.message == "instance_class must be an instance class such as db.t4g.medium."


@pytest.mark.feature("M2")
def test_enum_becomes_a_contains_validation() -> None:
    (rule,) = key("LoadBalancer", "ssl_policy").rules
    assert rule.condition.startswith('contains(["ELBSecurityPolicy-')


@pytest.mark.feature("M2")
def test_boolean_has_no_validation_and_cidr_is_validated() -> None:
    assert (key("Database", "multi_az").type, key("Database", "multi_az").rules) == ("bool", ())
    found = key("Network", "cidr")
    assert found.required
    assert found.rules[0].condition == "try(cidrsubnet(var.cidr, 0, 0) == var.cidr, false)"


@pytest.mark.parametrize(
    ("node", "condition"),
    [
        ({"type": "number", "minimum": 1}, "var.x >= 1"),
        ({"type": "number", "maximum": 9}, "var.x <= 9"),
        ({"anyOf": [{"type": "string", "pattern": "^a$"}, {"type": "null"}]}, 'can(regex("^a$", var.x))'),
    ],
)
def test_number_bounds_and_optional_patterns_become_validations(node: dict[str, Any], condition: str) -> None:
    found = from_model("x", node)
    assert found is not None
    assert [rule.condition for rule in found.rules] == [condition]


def test_lists_and_objects_have_no_variable() -> None:
    assert from_model("x", {"type": "array", "items": {"type": "string"}}) is None
    assert from_model("x", {"type": "object"}) is None


def test_a_default_of_none_leaves_the_variable_required() -> None:
    found = from_model("x", {"type": "string", "default": None})
    assert found is not None
    assert found.required


def test_a_list_has_the_length_of_the_structure() -> None:
    assert texts("zones", "d", example=["a", "b"]).rules[0].condition == "length(var.zones) == 2"
    assert arn("key_arn", "d", service="kms", example="key/1").example == "arn:aws:kms:eu-west-1:111111111111:key/1"
