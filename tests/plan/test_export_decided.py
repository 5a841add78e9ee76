"""A key says whether Python or a plan decides it; exported modules are held against that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from environments.load import HOME, from_data
from environments.model import Environment
from modules.export import write
from modules.export.build import Module
from modules.export.stacks import STACKS

# Marked `plan`, and yet decided in a whole stack: the budget of connections is computed from the class, and a role
# without a boundary differs from one with a null boundary. The module of the construct alone asks for both.
WITH_A_REASON = {"database_instance_class", "iam_permissions_boundary"}
TIERS = enumerate(("public", "application", "data"))
SUBNETS = {f"{tier}_subnet_ids": [f"subnet-{number}{zone}0000000" for zone in "abc"] for number, tier in TIERS}
EVERYTHING = {
    "components": {"scheduler": {"count": 2}, "flower": {}},
    "hibernation": {"stop": "0 20 * * 1-5", "start": "0 6 * * 1-5"},
    "production": False,
    "network": {
        "zones": ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
        "existing": {"vpc_id": "vpc-00000001", "cidr": "10.30.0.0/16", **SUBNETS},
    },
}
ONE_CONTAINER = {"topology": "single", "components": None, "workers": None, "broker": None}


def structure(changes: Mapping[str, Any]) -> Environment:
    data = yaml.safe_load((HOME / "prod.yaml").read_text()) | changes
    return from_data({key: value for key, value in data.items() if value is not None}, source="test")


@pytest.fixture(scope="module")
def modules() -> list[Module]:
    """All modules of production, and the stacks of environments that have what production has not."""
    constructs = write.modules(write.MODULES, structure=structure({}))
    stacks = [write.modules(STACKS, structure=structure(changes)) for changes in ({}, EVERYTHING, ONE_CONTAINER)]
    return [*constructs, *(module for pair in stacks for module in pair)]


def keys(node: Mapping[str, Any], schema: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every key as the name of its variable, and when it is decided; an item of a list has any name."""
    for name, value in node.get("properties", {}).items():
        below = _section(value, schema)
        if below is not None:
            item = ("*",) if value.get("type") == "array" else ()
            yield from keys(below, schema, (*path, name, *item))
        else:
            yield "_".join((*path, name)), value.get("decided", "")


def _section(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for choice in (node, node.get("items", {}), *node.get("anyOf", ())):
        if "$ref" in choice:
            found: Mapping[str, Any] = schema["$defs"][choice["$ref"].rpartition("/")[2]]
            return found if "properties" in found else None
    return None


def decided_by(when: str) -> set[str]:
    schema = Environment.model_json_schema()
    aside = ("waivers_", "state_")  # about the house, not about what is built
    return {name for name, decided in keys(schema, schema) if decided == when and not name.startswith(aside)}


def in_any_group(name: str) -> str:
    return re.sub(r"^workers_(default|heavy)_", "workers_*_", name)


@pytest.mark.feature("M2")
def test_what_a_plan_decides_is_a_variable_of_some_module(modules: list[Module]) -> None:
    asked = {in_any_group(item.name) for module in modules for item in module.inputs}
    lost = {key for key in decided_by("plan") if key not in asked and not asked & set(endings(key))}
    assert lost == set(), "marked `plan`, and no module asks for it. Fix: mark it `synth`"


def endings(key: str) -> Iterator[str]:
    """What the module of one construct calls it: ``database_instance_class``, ``instance_class``, ``class``."""
    words = key.split("_")
    return ("_".join(words[index:]) for index in range(1, len(words)))


@pytest.mark.feature("M2")
def test_production_decides_at_export_what_is_marked_so(modules: list[Module]) -> None:
    whole = [module for module in modules if module.name in {stack.name for stack in STACKS}][: len(STACKS)]
    decided = {in_any_group(name) for module in whole for name in module.decided}
    wrong = (decided & decided_by("plan")) - WITH_A_REASON
    assert len(decided) > 40
    assert wrong == set(), "marked `plan`, and Python looked at it. Fix: mark it `synth`"
