"""A call of a module, and the example values that it passes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modules.export import hcl
from modules.export.build import Module
from modules.export.examples import NOT_GIVEN, REGION
from modules.export.inputs import Input


def call(module: Module, *, source: str, values: Mapping[str, Any]) -> str:
    """A ``module`` block that passes ``values``."""
    body = {name: value for name, value in values.items() if value is not NOT_GIVEN}
    lines = hcl.attributes({"source": hcl.value(source), **{name: hcl.value(value) for name, value in body.items()}})
    return "\n".join([f'module "{label(module)}" {{', *(f"  {line}" if line else "" for line in lines), "}"]) + "\n"


def example_values(module: Module, *, all_of_them: bool = False) -> dict[str, Any]:
    """Example values of the required inputs; with ``all_of_them``, the values of the structure for all."""
    if all_of_them:
        values = {item.name: item.example if item.current is NOT_GIVEN else item.current for item in module.inputs}
    else:
        values = {item.name: item.example for item in module.inputs if item.required}
    return {name: value for name, value in values.items() if value is not NOT_GIVEN}


def label(module: Module) -> str:
    """The name of the module as a label of a block."""
    return module.name.replace("-", "_")


def standalone_values(module: Module) -> dict[str, Any]:
    """Example values of a root that does not call the module ``foundation``: placeholders replace its outputs."""
    values = example_values(module)
    placeholders = {item.name: _placeholder(item) for item in module.inputs if "module.foundation" in str(item.example)}
    return {name: value for name, value in values.items() if name not in placeholders} | placeholders


def _placeholder(item: Input) -> Any:
    """A placeholder for an output of the module ``foundation``: a text, an ARN or a list."""
    arn = item.name.endswith("_arn")
    key = item.name.endswith("key_arn")
    service = f"kms:{REGION}:111111111111:key/example" if key else "iam::111111111111:example"
    shaped = f"arn:aws:{service}" if arn else f"{item.name.rpartition('_')[2]}-example"
    return [shaped, f"{shaped}-2"] if item.type.startswith("list") else shaped
