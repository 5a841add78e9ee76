"""Any text and any nesting gives values or a clear error: no other exception leaves the reader."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from terraform_gate.reading.hcl_syntax import HclError, document_of
from terraform_gate.reading.json_file import UnreadableError
from terraform_gate.reading.loading import configurations_of
from terraform_gate.reading.terraform_root import root_of
from terraform_gate.reading.view import JsonView

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
