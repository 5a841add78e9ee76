"""What an Airflow task may change of its Fargate task, and the length of RunTask's override."""

from __future__ import annotations

import json
from typing import Any

import pytest
from airflow_fargate.ecs_overrides import OVERRIDE_CHARACTERS, RejectedTaskError, check_length, overrides_of

SIZES = {"AIRFLOW_ECS_SIZES": json.dumps({"large": {"cpu": 4096, "memory_mib": 16384}})}


@pytest.mark.feature("T8")
def test_named_size_becomes_the_override_of_cpu_and_memory() -> None:
    assert overrides_of({"size": "large"}, SIZES) == {"overrides": {"cpu": "4096", "memory": "16384"}}
    assert overrides_of(None, SIZES) == overrides_of({}, {}) == {}


@pytest.mark.feature("T8")
@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"size": "huge"}, "size 'huge' does not exist. Allowed: large. Fix"),
        ({"size": 4}, "size 4 does not exist"),
        ({"networkConfiguration": {}}, "knows only the key 'size', got networkConfiguration. Fix"),
        ({"size": "large", "overrides": {"taskRoleArn": "x"}, "taskDefinition": "y"}, "got overrides, taskDefinition"),
    ],
)
def test_airflow_task_can_change_nothing_but_its_size(config: dict[str, Any], message: str) -> None:
    with pytest.raises(RejectedTaskError) as error:
        overrides_of(config, SIZES)
    assert message in str(error.value)


@pytest.mark.feature("T8")
def test_size_in_an_environment_without_sizes_is_rejected_with_the_key_to_add() -> None:
    with pytest.raises(RejectedTaskError, match=r"Allowed: none: the environment has no ecs_executor.sizes"):
        overrides_of({"size": "large"}, {})


@pytest.mark.feature("T8")
def test_override_is_rejected_from_the_first_character_that_ecs_rejects() -> None:
    fitting = {"command": "x" * (OVERRIDE_CHARACTERS - len('{"command": ""}'))}
    check_length(fitting)
    with pytest.raises(RejectedTaskError, match=r"has 8,193 characters, ECS accepts 8,192.*Fix: shorten the ids"):
        check_length({"command": f"{fitting['command']}x"})
