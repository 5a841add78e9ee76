"""Synthesizes changed environments, each in a separate cdktf app, because their stacks share names."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from day_two.joining import Module, joined
from environments import Environment


def synthesized(environment: Environment) -> Module:
    """All stacks of ``environment``, joined in one module."""
    from modules.core.app import STACK_FILE, app  # loading cdktf takes a second
    from modules.stacks.deployment import deployments

    with tempfile.TemporaryDirectory() as folder:
        with app(folder) as synthesis:
            deployments(synthesis, [environment])
        files = sorted(Path(folder).glob(f"stacks/*/{STACK_FILE}"))
        documents: dict[str, dict[str, Any]] = {file.parent.name: json.loads(file.read_text("utf-8")) for file in files}
    return joined(documents)
