"""Any text and any nesting gives values or a clear error: no other exception leaves the reader."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from terraform_gate.reading.hcl_document import document_of
from terraform_gate.reading.hcl_syntax import HclError
from terraform_gate.reading.json_file import UnreadableError
from terraform_gate.reading.loading import configurations_of
from terraform_gate.reading.plan_file import check_plan
from terraform_gate.reading.terraform_root import root_of
from terraform_gate.reading.view import JsonView, PlanView

_WORDS = st.sampled_from(
    [
        *('resource "aws_vpc" "v" {', "}", "locals {", "a", "=", "\n", '"', "${", "%{ if ", "[", "]", "{", "(", ")"),
        *(
            "for x in ",
            ": ",
            "var.a",
            "local.a",
            "aws_vpc.v",
            ".id",
            "[*]",
            "jsonencode(",
            "1",
            "-",
            "&&",
            "? ",
            "null",
        ),
        *("<<EOF\n", "EOF\n", "$${", "\\u00", "...", "=>", 'dynamic "d" {', "for_each", "count", ",", "#", "\ud800"),
    ]
)
_EXPRESSIONS = st.lists(_WORDS, max_size=12).map("".join)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | _EXPRESSIONS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "dynamic", "for_each"]), inner),
    max_leaves=6,
)
_SETTINGS = settings(max_examples=100, derandomize=True, suppress_health_check=list(HealthCheck))


def _read(document: dict[str, object]) -> None:
    try:
        root = root_of("s", [Path("main.tf")], [document])
    except UnreadableError:
        return
    for resource in configurations_of([JsonView(root)])[0].resources.values():
        json.dumps(resource.body)


@pytest.mark.feature("P5")
@given(text=st.lists(_WORDS, max_size=40).map("".join))
@_SETTINGS
def test_any_text_is_read_or_rejected(text: str) -> None:
    try:
        document, _ = document_of(text)
    except HclError:
        return
    _read(document)


@pytest.mark.feature("P5")
@given(value=_VALUES, local=_VALUES, count=_VALUES)
@_SETTINGS
def test_any_value_is_evaluated_or_unknown(value: object, local: object, count: object) -> None:
    body = {"tag": value, "count": count, "dynamic": {"d": {"for_each": local, "content": {"x": value}}}}
    _read({"resource": {"aws_vpc": {"v": body}}, "locals": {"a": local}, "variable": {"a": {"default": value}}})


def _resource(address: str, **values: object) -> dict[str, Any]:
    kind, name = address.split(".")[-2:]
    return {"address": address, "mode": "managed", "type": kind, "name": name, "values": values}


_PLAN: dict[str, Any] = {
    "format_version": "1.2",
    "variables": {"cidr": {"value": "10.0.0.0/8"}},
    "planned_values": {
        "root_module": {
            "resources": [_resource("aws_security_group.a", name="a", ingress=[{"cidr_blocks": ["10.0.0.0/8"]}])],
            "child_modules": [
                {"address": "module.m", "resources": [_resource("module.m.aws_iam_role.r", policy="{}")]}
            ],
        }
    },
    "resource_changes": [
        {
            "address": "aws_security_group.a",
            "type": "aws_security_group",
            "change": {"actions": ["create"], "after": {"name": "a"}, "after_unknown": {"id": True, "ingress": [{}]}},
        }
    ],
    "prior_state": {"values": {"root_module": {"resources": [_resource("aws_vpc.v", id="vpc-1")]}}},
    "configuration": {
        "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-central-1"}}}},
        "root_module": {
            "outputs": {"id": {"expression": {"references": ["aws_security_group.a.id", "aws_security_group.a"]}}},
            "resources": [
                {
                    "address": "aws_security_group.a",
                    "mode": "managed",
                    "type": "aws_security_group",
                    "name": "a",
                    "provider_config_key": "aws",
                    "expressions": {
                        "name": {"constant_value": "a"},
                        "ingress": [{"cidr_blocks": {"references": ["var.cidr"]}}],
                    },
                }
            ],
            "module_calls": {
                "m": {"source": "./m", "expressions": {"x": {"constant_value": 1}}, "module": {"resources": []}}
            },
            "variables": {"cidr": {"default": "10.0.0.0/8"}},
        },
    },
}


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value inside of a document."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from _paths(item, (*path, key))


@pytest.mark.feature("P5", "P7")
@given(path=st.sampled_from(list(_paths(_PLAN))), value=_VALUES)
@_SETTINGS
def test_plan_with_any_value_at_any_path_is_read_or_rejected(path: tuple[Any, ...], value: object) -> None:
    plan = copy.deepcopy(_PLAN)
    inside = plan
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    file = Path("plan.json")
    try:
        view = PlanView(root_of("s", [file], [{}]), file, check_plan(plan, file=file))
        configuration = configurations_of([view])[0]
    except UnreadableError as error:
        assert "Fix: " in str(error)  # noqa: PT017 most plans are read
        return
    for resource in configuration.resources.values():
        json.dumps(resource.body)
