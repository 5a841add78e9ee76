"""Tasks are read from synthesized stacks; what cannot be translated is rejected."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.compose import tasks
from local.compose.errors import PreconditionError
from tests.unit.local.compose.compose_fixtures import environment_of, stacks_of


@pytest.fixture
def stacks(tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], None]], Path]:
    """Write the celery topology's stacks with the scheduler's task definition modified by ``change``."""

    def write(change: Callable[[dict[str, Any]], None]) -> Path:
        for name, document in environment_of("celery").stacks.items():
            copy = json.loads(json.dumps(document))
            if name.endswith("-airflow"):
                change(copy["resource"]["aws_ecs_task_definition"]["scheduler_task_definition"])
            (tmp_path / name).mkdir()
            (tmp_path / name / tasks.FILE).write_text(json.dumps(copy))
        return tmp_path

    return write


def test_unknown_environment_is_rejected_with_the_synthesized_ones() -> None:
    with pytest.raises(
        PreconditionError,
        match=r"tset: .*tset-airflow.* does not exist. .*: dev. Fix: make synth",
    ):
        tasks.read("tset", stacks=stacks_of(environment_of("celery")))


def test_truncated_json_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "dev-airflow").mkdir()
    (tmp_path / "dev-airflow" / tasks.FILE).write_text('{"resource": ')
    with pytest.raises(PreconditionError, match=r"cdk.tf.json: not valid JSON .*Fix: make synth"):
        tasks.read("dev", stacks=tmp_path)


def test_setting_without_translation_is_rejected(stacks: Callable[..., Path]) -> None:
    def change(body: dict[str, Any]) -> None:
        containers = json.loads(body["container_definitions"])
        containers[0]["ulimits"] = [{"name": "nofile", "softLimit": 1, "hardLimit": 1}]
        body["container_definitions"] = json.dumps(containers)

    with pytest.raises(PreconditionError, match="container scheduler: ulimits has no translation"):
        tasks.read("dev", stacks=stacks(change))


def test_expression_that_is_more_than_a_reference_is_rejected(stacks: Callable[..., Path]) -> None:
    def change(body: dict[str, Any]) -> None:
        body["container_definitions"] = body["container_definitions"].replace('"5432"', '"${var.a + var.b}"')

    with pytest.raises(PreconditionError, match=r"\$\{var.a \+ var.b\}: a local run resolves references to"):
        tasks.read("dev", stacks=stacks(change))
