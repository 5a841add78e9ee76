"""Deferred values reject every use at build time and pass through cdktf unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from cdktf import App, TerraformOutput, TerraformStack, Token

from modules.export.deferred_values import (
    DeferredNumber,
    DeferredText,
    DeferredZone,
    StructuralInputError,
    deferred_flag,
    unresolved_number,
)

text = DeferredText("engine", Token.as_string(Token.as_any("${var.engine}")))
number = DeferredNumber("size", Token.as_number("${var.size}"))
flag = deferred_flag("multi_az", Token.as_any("${var.multi_az}"))
DECISIONS: list[tuple[str, Callable[[], Any]]] = [
    ("engine", lambda: text == "valkey"),
    ("engine", lambda: text != "valkey"),
    ("engine", lambda: text in {"valkey", "redis"}),
    ("engine", lambda: {"valkey": 1}[text]),
    ("engine", lambda: "valkey" in text),
    ("engine", lambda: text.split(".")),
    ("engine", lambda: text[0]),
    ("engine", lambda: text.startswith("v")),
    ("engine", lambda: text.replace("a", "b")),
    ("engine", lambda: list(text)),
    ("engine", lambda: sorted([text, "a"])),
    ("size", lambda: number > 0),
    ("size", lambda: 1 + number),
    ("size", lambda: number * 2),
    ("size", lambda: max(number, 1)),
    ("size", lambda: 1 if number else 2),
    ("size", lambda: int(number)),
    ("size", lambda: range(number)),
    ("size", lambda: {1: 1}[number]),
    ("multi_az", lambda: not flag),
    ("multi_az", lambda: 1 if flag else 2),
    ("multi_az", lambda: f"{flag}"),
    ("multi_az", lambda: flag == True),  # noqa: E712
]


@pytest.mark.parametrize(("variable", "decide"), DECISIONS)
def test_using_a_deferred_value_raises(variable: str, decide: Callable[[], Any]) -> None:
    with pytest.raises(StructuralInputError, match=rf"{variable} is declared with plan\(\)") as raised:
        decide()
    assert raised.value.variable == variable


def test_cdktf_resolves_deferred_values_to_variables() -> None:
    stack = TerraformStack(App(), "s")
    values = {
        "text": text,
        "joined": f"a-{text}",
        "number": number,
        "sized": f"{number} GiB",
        "flag": flag,
        "list": [text],
    }
    for name, value in values.items():
        TerraformOutput(stack, name, value=value).override_logical_id(name)
    synthesized = {name: body["value"] for name, body in stack.to_terraform()["output"].items()}
    assert synthesized == {
        "text": "${var.engine}",
        "joined": "a-${var.engine}",
        "number": "${var.size}",
        "sized": "${tostring(var.size)} GiB",
        "flag": "${var.multi_az}",
        "list": ["${var.engine}"],
    }


def test_only_the_last_letter_of_a_deferred_zone_is_readable() -> None:
    zone = DeferredZone("zones", "${var.zones[0]}", "a")
    assert zone[-1] == "a"
    with pytest.raises(StructuralInputError):
        zone[0]


def test_a_number_token_in_json_is_found() -> None:
    assert unresolved_number(json.dumps({"cpu": number})) is not None
    assert unresolved_number('{"cpu": 1024, "x": "-8.1 e+298"}') is None
