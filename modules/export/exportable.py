"""What makes a construct a module: its inputs are asked for while it is built, its outputs are told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cdktf import App, TerraformElement, TerraformOutput, TerraformStack
from constructs import Construct

from modules.core.stack import MAIN
from modules.export.module_inputs import Ask

ID = "this"


@dataclass(frozen=True, slots=True)
class Output:
    """An output: a reference, and what it is."""

    value: object
    description: str


@dataclass(frozen=True, slots=True)
class Exportable:
    """A module: ``build`` makes the construct ``ID`` in a stack and tells the outputs by name."""

    name: str
    purpose: str
    build: Callable[[Construct, Ask], Mapping[str, Output]]

    def stack(self, app: App, ask: Ask) -> TerraformStack:
        """The stack that becomes the module, outputs and all."""
        stack = _Scratch(app, "scratch")
        for name, output in self.build(stack, ask).items():
            made = TerraformOutput(stack, f"out-{name}", value=output.value, description=output.description)
            made.override_logical_id(name)
        return stack


class _Scratch(TerraformStack):
    """A stack whose addresses are the construct's own paths."""

    def _allocate_logical_id(self, element: TerraformElement) -> str:
        path = element.to_string().split("/")[1:]
        return re.sub(r"\W+", "_", "_".join(part for part in path if part not in {ID, MAIN}) or ID)
