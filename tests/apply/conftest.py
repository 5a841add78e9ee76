"""Applies on the embedded emulator: environments are synthesized from variants of the project's own YAML files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console
from terraform_harness.emulator import Emulator
from terraform_harness.lifecycle import Lifecycle
from terraform_harness.tools import require

from environments.facts.quotas import account_limits
from local.repository import ROOT

# No test uses a machine image, and reading the default ones takes each emulator half a second.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
Variant = Mapping[str, Any]
Start = Callable[..., Lifecycle]


def environment(name: str, *, change: Variant | None = None) -> dict[str, Any]:
    """``environments/<name>.yaml`` with ``change`` laid over its sections; a value of None removes a key."""
    document: dict[str, Any] = yaml.safe_load((ROOT / "environments" / f"{name}.yaml").read_text())
    return _laid_over(document, change or {})


def _laid_over(document: dict[str, Any], change: Variant) -> dict[str, Any]:
    result = dict(document)
    for key, value in change.items():
        below = result.get(key)
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(below, dict):
            result[key] = _laid_over(below, value)
        else:
            result[key] = value
    return result


def synthesize(document: Variant, folder: Path) -> Path:
    """The folder of the stacks of one environment."""
    environments = folder / "environments"
    environments.mkdir()
    (environments / f"{document['name']}.yaml").write_text(yaml.safe_dump(document))
    command = [sys.executable, "main.py", str(environments), str(folder / "out")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "out" / "stacks"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A function that synthesizes an environment and gives the life of its stacks in a separate emulator."""
    require("terraform", "provider-mirror")
    emulators: list[Emulator] = []

    def begin(document: Variant) -> Lifecycle:
        stacks = synthesize(document, tmp_path)
        aws = Emulator(account_id=str(document["account_id"]), region=str(document["region"]), quotas=account_limits())
        emulators.append(aws)
        aws.start()
        aws.make_state_bucket(document["state"]["bucket"])
        (tmp_path / "work").mkdir()
        return Lifecycle(source=stacks, folder=tmp_path / "work", emulator=aws, console=Console(file=sys.stderr))

    yield begin
    for emulator in emulators:
        emulator.stop()
