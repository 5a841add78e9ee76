"""Makes small configurations for tests of rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.reading.loading import configurations_of
from terraform_gate.reading.terraform_root import root_of
from terraform_gate.reading.view import JsonView


def configuration_from(resources: Mapping[str, Any], *, stack: str = "example", **blocks: Any) -> Configuration:
    """Make a configuration without files.

    Args:
        resources: ``{type: {name: body}}``, the content of a ``resource`` block.
        stack: Name of the stack.
        blocks: Further top-level blocks: ``variable=``, ``locals=``, ``data=``.
    """
    return configurations_of([JsonView(root_of(stack, [Path(stack)], [{"resource": resources, **blocks}]))])[0]
