"""The declarations of fields, `plan` or `synth`, agree with what constructs do with the fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from cdktf import App

from environments.fields import decided_at
from environments.load import HOME, from_data
from environments.model import Environment
from modules.export import write
from modules.export.build import Module
from modules.export.module_inputs import ModuleInputs
from modules.export.stacks import STACKS
from modules.export.structural_input import StructuralInputError
from tests.plan.structures import SHARED, STRUCTURES, modules

# One process makes what the tests share.
pytestmark = SHARED

# Absent in the structure: with a certificate, other resources exist.
ABSENT = {"load_balancer_certificate_arn"}
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
def built() -> list[Module]:
    """All modules of production, and the stacks of environments with optional sections that production lacks.

    Building raises ``StructuralInputError`` where a construct uses a field structurally that is declared with ``plan``.
    """
    stacks = [write.modules(STACKS, structure=structure(changes)) for changes in (EVERYTHING, ONE_CONTAINER)]
    return [*modules("prod").values(), *(module for pair in stacks for module in pair)]


def keys(node: Mapping[str, Any], schema: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """The variable name of each key with its declaration; `*` replaces the names of list items."""
    for name, value in node.get("properties", {}).items():
        below = _section(value, schema)
        if below is not None:
            item = ("*",) if value.get("type") == "array" else ()
            yield from keys(below, schema, (*path, name, *item))
        else:
            yield "_".join((*path, name)), decided_at(value)


def _section(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for choice in (node, node.get("items", {}), *node.get("anyOf", ())):
        if "$ref" in choice:
            found: Mapping[str, Any] = schema["$defs"][choice["$ref"].rpartition("/")[2]]
            return found if "properties" in found else None
    return None


def declared_with(when: str) -> set[str]:
    schema = Environment.model_json_schema()
    tools = ("waivers_", "state_")  # configuration of this project, not of the stacks
    return {name for name, declared in keys(schema, schema) if declared == when and not name.startswith(tools)}


@pytest.mark.feature("M2")
def test_every_field_declared_with_plan_is_a_variable_of_a_module(built: list[Module]) -> None:
    variables = {item.name for module in built for item in module.inputs}
    attributes = [attribute for module in built for item in module.inputs for attribute in item.attributes]
    variables |= {f"workers_*_{attribute.name}" for attribute in attributes}
    unused = {key for key in declared_with("plan") if key not in variables and not variables & set(endings(key))}
    assert unused == set(), "declared with `plan`, but no module has the variable. Fix: declare it with `synth`"


def endings(key: str) -> Iterator[str]:
    """Shorter names that the module of a construct may use: ``instance_class`` for ``database_instance_class``."""
    words = key.split("_")
    return ("_".join(words[index:]) for index in range(1, len(words)))


@pytest.mark.feature("M2")
def test_no_field_declared_with_plan_is_fixed_without_a_reason(built: list[Module]) -> None:
    fixed = {name for stack in STACKS for name in modules("prod")[stack.name].fixed}
    reasons = {name for stack in STACKS for name in stack.structural(structure({}))}
    assert len(fixed) > 40
    assert (fixed & declared_with("plan")) - reasons - ABSENT == set()


@pytest.mark.feature("M2")
@pytest.mark.parametrize("name", STRUCTURES)
def test_modules_of_every_structure_build_and_need_each_exception(name: str) -> None:
    """A field that is structural without a declaration raises; so does each exception when it is left out."""
    sources = (*write.MODULES, *STACKS)
    assert list(modules(name)) == [source.name for source in sources]
    for source in sources:
        exceptions = frozenset(source.structural(STRUCTURES[name]))
        for field in exceptions:
            inputs = ModuleInputs(structure=STRUCTURES[name], structural=exceptions - {field})
            with pytest.raises(StructuralInputError, match=rf"^{field} is declared with plan\(\)"):
                source.stack(App(), inputs)
