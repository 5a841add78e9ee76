"""A construct as a module: how it is built, and which outputs it has."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cdktf import App, TerraformElement, TerraformOutput, TerraformStack
from constructs import Construct

from environments.model import Environment
from modules.core.stack import MAIN
from modules.export.module_inputs import ModuleInputs

ID = "this"


@dataclass(frozen=True, slots=True)
class Output:
    """An output: a reference and its description."""

    value: object
    description: str


@dataclass(frozen=True, slots=True)
class Exportable:
    """A module of one construct.

    Attributes:
        build: makes the construct with the id ``ID`` in a stack and returns the outputs by name.
        fixed: fields declared with ``plan`` that this module fixes all the same, with the reason.
        steps: what a caller does before or after apply, in Markdown.
    """

    name: str
    purpose: str
    build: Callable[[Construct, ModuleInputs], Mapping[str, Output]]
    fixed: Mapping[str, str] = field(default_factory=dict)
    steps: str = ""

    def structural(self, _: Environment) -> Mapping[str, str]:
        """Fields declared with ``plan`` that the construct computes with, with the reason."""
        return self.fixed

    def stack(self, app: App, inputs: ModuleInputs) -> TerraformStack:
        """The stack that becomes the module, with its outputs."""
        stack = _BuildStack(app, "build")
        for name, output in self.build(stack, inputs).items():
            made = TerraformOutput(stack, f"out-{name}", value=output.value, description=output.description)
            made.override_logical_id(name)
        return stack


class _BuildStack(TerraformStack):
    """A stack whose addresses are the construct's own paths."""

    def _allocate_logical_id(self, element: TerraformElement) -> str:
        path = element.to_string().split("/")[1:]
        return re.sub(r"\W+", "_", "_".join(part for part in path if part not in {ID, MAIN}) or ID)
