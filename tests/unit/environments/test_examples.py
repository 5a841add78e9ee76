"""The example environments load, and those of the ECS executor accept the permission that the gate finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments import load

FOLDER = Path(__file__).parents[3] / "examples" / "environments"
FILES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.feature("E1")
@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_example_environment_is_valid(file: Path) -> None:
    environment = load(file)
    rules = {waiver.rule for waiver in environment.waivers}
    assert ("AF_IAM_7" in rules) == bool(environment.ecs_executor)


@pytest.mark.feature("T8")
def test_there_is_an_example_of_each_way_to_use_the_ecs_executor() -> None:
    topologies = {load(file).topology for file in FILES if load(file).ecs_executor}
    assert topologies == {"ecs", "celery"}
