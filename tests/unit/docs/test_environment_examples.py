"""Every part of an environment file in the guide is accepted as it is written."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from environments.load import parse
from environments.model import Environment
from local.repository import ROOT
from tests.unit.environments.cases import SMALLEST

DEFAULT_GROUP = {"name": "default", "queues": ["default"]}


def examples() -> list[Any]:
    """The YAML blocks of the guide that contain keys of an environment file."""
    found = []
    for page in sorted((ROOT / "docs").glob("*.md")):
        blocks = re.findall(r"^```yaml\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
        for number, block in enumerate(blocks, 1):
            keys = yaml.safe_load(block)
            if isinstance(keys, dict) and keys.keys() & Environment.model_fields.keys():
                found.append(pytest.param(keys, id=f"{page.name}-{number}"))
    return found


@pytest.mark.feature("E1")
@pytest.mark.parametrize("keys", examples())
def test_example_is_a_valid_part_of_an_environment(keys: dict[str, Any]) -> None:
    if "workers" in keys and not any("default" in group["queues"] for group in keys["workers"]):
        keys = {**keys, "workers": [DEFAULT_GROUP, *keys["workers"]]}
    environment = parse(yaml.safe_dump({**SMALLEST, **keys}), source="dev.yaml")
    assert keys.keys() <= environment.model_fields_set


def test_the_guide_has_examples_of_teams_and_waivers() -> None:
    used = {key for example in examples() for key in example.values[0]}
    assert used >= {"teams", "waivers", "auth", "broker", "database"}
