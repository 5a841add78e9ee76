"""Deferred values reject every use at build time and pass through cdktf unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from cdktf import App, TerraformOutput, TerraformStack, Token

from modules.export.deferred_numbers import DeferredNumber, resolved_numbers, unresolved_number
from modules.export.deferred_values import DeferredCidr, DeferredRepository, DeferredText, DeferredZone, deferred_flag
from modules.export.structural_input import StructuralInputError

text = DeferredText("engine", Token.as_string(Token.as_any("${var.engine}")))
number = DeferredNumber("size", "var.size")
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
    ("size", lambda: number % 2),
    ("size", lambda: 2**number),
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
        "computed": sum([number, 2 * (number + 1)]),
        "rounded": ((number - 30) // 60).at_least(1),
        "half": 1 - number / 2,
        "same": text.equals("valkey"),
        "memory": text.mapped("memory", {"valkey": 2}) * 1024,
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
        "computed": "${var.size + 2 * (var.size + 1)}",
        "rounded": "${max(1, floor((var.size - 30) / 60))}",
        "half": "${1 - (var.size / 2)}",
        "same": '${var.engine == "valkey"}',
        "memory": "${local.memory[var.engine] * 1024}",
        "flag": "${var.multi_az}",
        "list": ["${var.engine}"],
    }


def test_a_repository_has_the_protocol_of_the_structure() -> None:
    address = DeferredRepository("repository", "${var.repository}", https=True)
    assert address.startswith("https://")
    with pytest.raises(StructuralInputError):
        address.startswith("git@")


def test_client_blocks_are_sorted_as_the_structures_value_is() -> None:
    client = DeferredCidr("${local.client_cidrs[0]}", "203.0.113.0/24")
    assert sorted(["300", client, "10.0.0.0/8", "203.0.113.0/24"])[1] is client
    assert client == DeferredCidr("${local.client_cidrs[0]}", "10.0.0.0/8")
    assert client != "203.0.113.0/24"


def test_only_the_last_letter_of_a_deferred_zone_is_readable() -> None:
    zone = DeferredZone("zones", "${var.zones[0]}", "a")
    assert zone[-1] == "a"
    with pytest.raises(StructuralInputError):
        zone[0]


def test_a_number_token_in_json_is_found_and_replaced() -> None:
    text = json.dumps({"cpu": number})
    assert unresolved_number(text) is not None
    assert resolved_numbers(text) == '{"cpu": ${var.size}}'
    unknown = '{"cpu": -8.999e+298}'
    assert resolved_numbers(unknown) == unknown
    assert unresolved_number('{"cpu": 1024, "x": "-8.1 e+298"}') is None
