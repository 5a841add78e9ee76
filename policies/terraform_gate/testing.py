"""Small configurations for tests and for the proof of the rules' examples."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.reading.loading import configurations_of
from terraform_gate.reading.terraform_root import root_of
from terraform_gate.reading.view import JsonView


def configuration_from(resources: Mapping[str, Any], *, stack: str = "example", **blocks: Any) -> Configuration:
    """Make a configuration of `resources` (`{type: {name: body}}`) and further blocks (`variable=`, `locals=`)."""
    return configurations_of([JsonView(root_of(stack, [Path(stack)], [{"resource": resources, **blocks}]))])[0]
