"""The outputs that the foundation will have, for a plan of the stack that reads them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from terraform_harness.terraform import mock_outputs, workspace

from environments.facts.stacks import FOUNDATION

OUTPUTS_FILE = "zzz_outputs_override.tf.json"
"""Overrides where a stack reads the foundation's outputs, for one plan; Terraform merges override files by name."""


def outputs_after(folder: Path, shown: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs of the stack in ``folder`` after the plan ``shown``; made-up ids for resources yet to be created."""
    known = shown.get("planned_values", {}).get("outputs", {})
    values = {name: output["value"] for name, output in known.items() if "value" in output}
    return mock_outputs.outputs(workspace.read(folder)) | values


@contextmanager
def reading(folder: Path, outputs: Mapping[str, Any] | None) -> Iterator[None]:
    """Let the stack in ``folder`` read ``outputs`` instead of the foundation's state while the body runs."""
    if outputs is None:
        yield
        return
    override = folder / OUTPUTS_FILE
    with tempfile.TemporaryDirectory() as state_folder:
        file = Path(state_folder) / "foundation.tfstate"
        file.write_text(json.dumps(workspace.state_with(outputs)), "utf-8")
        remote = {FOUNDATION: {"backend": "local", "config": {"path": str(file)}}}
        override.write_text(json.dumps({"data": {"terraform_remote_state": remote}}), "utf-8")
        try:
            yield
        finally:
            override.unlink()
