"""What an Airflow task may change of its Fargate task: its size, by name. No Airflow import.

``executor_config={"size": "large"}`` chooses a size of ``ecs_executor.sizes`` in the environment file. Every other key
is rejected: RunTask would accept other security groups, roles and images too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

NAMES = ("ecs", "FargateExecutor", "airflow_fargate.ecs_executor.FargateExecutor")
"""The names by which a DAG can choose the executor."""
SIZES_VARIABLE = "AIRFLOW_ECS_SIZES"
OVERRIDE_CHARACTERS = 8192
"""RunTask rejects longer overrides, the characters of the JSON included:
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html"""


class RejectedTaskError(Exception):
    """Raised for an Airflow task that RunTask can never start. The message ends with the fix."""


def sizes(environ: Mapping[str, str] = os.environ) -> dict[str, dict[str, str]]:
    """The overrides of each size, by name."""
    found = json.loads(environ.get(SIZES_VARIABLE) or "{}")
    return {name: {"cpu": str(size["cpu"]), "memory": str(size["memory_mib"])} for name, size in found.items()}


def overrides_of(executor_config: Mapping[str, Any] | None, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Arguments of RunTask that ``executor_config`` of an Airflow task asks for.

    Raises:
        RejectedTaskError: for another key than ``size``, or for an unknown size.

    >>> overrides_of({"size": "large"}, {SIZES_VARIABLE: '{"large": {"cpu": 4096, "memory_mib": 16384}}'})
    {'overrides': {'cpu': '4096', 'memory': '16384'}}
    >>> overrides_of({})
    {}
    """
    config = dict(executor_config or {})
    if not config:
        return {}
    others = sorted(str(key) for key in config if key != "size")
    if others:
        raise RejectedTaskError(
            f"executor_config: the executor ecs knows only the key 'size', got {', '.join(others)}. Fix: remove the key"
        )
    known, name = sizes(environ), config["size"]
    if not isinstance(name, str) or name not in known:
        allowed = ", ".join(known) or "none: the environment has no ecs_executor.sizes"
        raise RejectedTaskError(
            f"executor_config: size {name!r} does not exist. Allowed: {allowed}. Fix: name one of them, or add it to "
            "ecs_executor.sizes of the environment"
        )
    return {"overrides": known[name]}


def check_length(overrides: Mapping[str, Any]) -> None:
    """Reject overrides that RunTask would reject.

    Raises:
        RejectedTaskError: they are longer than OVERRIDE_CHARACTERS.
    """
    length = len(json.dumps(overrides))
    if length > OVERRIDE_CHARACTERS:
        raise RejectedTaskError(
            f"the override of RunTask has {length:,} characters, ECS accepts {OVERRIDE_CHARACTERS:,}. It contains "
            "the ids of DAG, Airflow task and run, the path of the DAG file, and trace context. Fix: shorten the ids, "
            'or, with topology celery, remove executor="ecs"'
        )
