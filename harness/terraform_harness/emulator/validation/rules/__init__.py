"""Rules that AWS documents but its service models lack; importing this package registers them."""

from terraform_harness.emulator.validation.rules import (
    capacity,
    engines,
    limits_compute,
    limits_data,
    limits_network,
    names,
    state,
    tags,
)
from terraform_harness.emulator.validation.rules.rule import RULES, Rule, apply

__all__ = [
    "RULES",
    "Rule",
    "apply",
    "capacity",
    "engines",
    "limits_compute",
    "limits_data",
    "limits_network",
    "names",
    "state",
    "tags",
]
