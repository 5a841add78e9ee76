"""Values of a plan refuse to be looked at, and travel unharmed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from cdktf import App, TerraformOutput, TerraformStack, Token

from modules.export.deferred_values import (
    DecidedTooEarly,
    LetteredText,
    PlannedNumber,
    PlannedText,
    planned_flag,
    undecided,
)

text = PlannedText("engine", Token.as_string(Token.as_any("${var.engine}")))
number = PlannedNumber("size", Token.as_number("${var.size}"))
flag = planned_flag("multi_az", Token.as_any("${var.multi_az}"))
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
def test_every_decision_by_a_planned_value_is_refused(variable: str, decide: Callable[[], Any]) -> None:
    with pytest.raises(DecidedTooEarly, match=f"{variable} decides the structure") as refusal:
        decide()
    assert refusal.value.variable == variable


def test_planned_values_travel_through_cdktf() -> None:
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


def test_a_zone_tells_its_letter_only() -> None:
    zone = LetteredText("zones", "${var.zones[0]}", "a")
    assert zone[-1] == "a"
    with pytest.raises(DecidedTooEarly):
        zone[0]


def test_a_number_lost_in_json_is_found() -> None:
    assert undecided(json.dumps({"cpu": number})) is not None
    assert undecided('{"cpu": 1024, "x": "-8.1 e+298"}') is None
