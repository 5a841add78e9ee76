"""The ECS executor in the image: what it sends to RunTask, and what it makes of the answers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from local.containers import engine
from local.containers.engine import Launch

PROBE = Path(__file__).parent / "ecs_executor_probe.py"
CLASS = "airflow_fargate.ecs_executor.FargateExecutor"
ENVIRON = {
    "AIRFLOW__CORE__EXECUTOR": f"CeleryExecutor,ecs:{CLASS}",
    "AIRFLOW__CORE__PARALLELISM": "90",
    "AIRFLOW__API_AUTH__JWT_SECRET": "a" * 64,
    "AIRFLOW_PARAMETER_PATH": "/airflow/dev",
    "AIRFLOW_ECS_MAX_TASKS": "20",
    "AIRFLOW_ECS_SIZES": json.dumps({"large": {"cpu": 4096, "memory_mib": 16384}}),
    "AIRFLOW__AWS_ECS_EXECUTOR__ASSIGN_PUBLIC_IP": "False",
    "AIRFLOW__AWS_ECS_EXECUTOR__CHECK_HEALTH_ON_STARTUP": "True",
    "AIRFLOW__AWS_ECS_EXECUTOR__CLUSTER": "airflow-dev",
    "AIRFLOW__AWS_ECS_EXECUTOR__CONN_ID": "",
    "AIRFLOW__AWS_ECS_EXECUTOR__CONTAINER_NAME": "airflow-task",
    "AIRFLOW__AWS_ECS_EXECUTOR__MAX_RUN_TASK_ATTEMPTS": "10",
    "AIRFLOW__AWS_ECS_EXECUTOR__PLATFORM_VERSION": "1.4.0",
    "AIRFLOW__AWS_ECS_EXECUTOR__REGION_NAME": "eu-central-1",
    "AIRFLOW__AWS_ECS_EXECUTOR__RUN_TASK_KWARGS": json.dumps(
        {
            "capacity_provider_strategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
            "propagate_tags": "TASK_DEFINITION",
        }
    ),
    "AIRFLOW__AWS_ECS_EXECUTOR__SECURITY_GROUPS": "sg-1",
    "AIRFLOW__AWS_ECS_EXECUTOR__SUBNETS": "subnet-1,subnet-2",
    "AIRFLOW__AWS_ECS_EXECUTOR__TASK_DEFINITION": "arn:aws:ecs:eu-central-1:111111111111:task-definition/x:7",
}
"""The variables that the stack of Airflow gives a scheduler."""


@pytest.fixture(scope="module")
def result(image: str) -> dict[str, Any]:
    """What the probe printed: one start of Python for all tests."""
    options = ("--entrypoint", "python", "--network", "none", "--volume", f"{PROBE}:/probe.py:ro")
    launch = Launch(
        image=image, name=f"airflow-fargate-ecs-{os.getpid()}", command=("/probe.py",), environ=ENVIRON, options=options
    )
    done = engine.run(launch)
    found = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert found, done.stdout[-3000:] + done.stderr[-5000:]
    parsed: dict[str, Any] = json.loads(found[-1].removeprefix("RESULT "))
    return parsed


@pytest.mark.feature("T8")
def test_run_task_gets_cluster_network_capacity_and_the_chosen_size(result: dict[str, Any]) -> None:
    plain, big = result["arguments"]
    assert plain["cluster"] == "airflow-dev"
    assert plain["taskDefinition"] == ENVIRON["AIRFLOW__AWS_ECS_EXECUTOR__TASK_DEFINITION"]
    assert plain["capacityProviderStrategy"] == [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    assert "launchType" not in plain
    assert plain["networkConfiguration"]["awsvpcConfiguration"] == {
        "subnets": ["subnet-1", "subnet-2"],
        "securityGroups": ["sg-1"],
        "assignPublicIp": "DISABLED",
    }
    (container,) = plain["overrides"]["containerOverrides"]
    assert (container["name"], container["command"]) == ("airflow-task", ["airflow-task", "--json-string"])
    assert (big["overrides"]["cpu"], big["overrides"]["memory"]) == ("4096", "16384")
    assert "cpu" not in plain["overrides"]


@pytest.mark.feature("T8")
def test_executor_uses_the_task_role_and_its_own_limit(result: dict[str, Any]) -> None:
    assert result["conn_id"] == ""
    assert result["parallelism"] == 20


@pytest.mark.feature("T8")
def test_airflow_task_that_can_never_start_fails_at_once_and_frees_its_slot(result: dict[str, Any]) -> None:
    started = {name: state for name, (state, _) in result["first"].items()}
    assert started == {"plain": "running", "big": "running", "odd": "failed", "greedy": "failed", "long": "failed"}
    assert "size 'huge' does not exist. Allowed: large. Fix" in result["first"]["odd"][1]
    assert "got networkConfiguration. Fix" in result["first"]["greedy"][1]
    assert "ECS accepts 8,192" in result["first"]["long"][1]
    assert result["running_after_rejection"] == 2


@pytest.mark.feature("T8", "L1")
def test_audit_log_has_the_reasons_of_airflow_tasks_that_can_never_start(result: dict[str, Any]) -> None:
    assert result["audit_log"].keys() == {"odd", "greedy", "long"}
    assert "size 'huge' does not exist. Allowed: large. Fix" in result["audit_log"]["odd"]


@pytest.mark.feature("T8")
def test_override_of_an_ordinary_airflow_task_is_far_below_the_limit(
    result: dict[str, Any], record_property: pytest.RecordProperty
) -> None:
    record_property("override_characters", result["override_characters"])
    assert result["override_characters"] < 8192 / 3


@pytest.mark.feature("T8")
def test_throttling_and_missing_capacity_are_retried(result: dict[str, Any]) -> None:
    assert result["patient"]["calls"] == 3
    assert result["patient"]["states"]["patient"][0] == "running"


@pytest.mark.feature("T8")
def test_fargate_task_that_ran_is_not_started_again(result: dict[str, Any]) -> None:
    assert {name: state for name, (state, _) in result["ended"]["states"].items()} == {
        "plain": "success",
        "big": "failed",
    }
    assert result["ended"]["calls"] == 0, "Airflow's retries decide about an interrupted Airflow task"


@pytest.mark.feature("T8")
def test_scheduler_that_stops_leaves_its_fargate_tasks_running(result: dict[str, Any]) -> None:
    assert result["at_the_end"] == {"followed": 1, "stopped": []}


@pytest.mark.feature("T8")
def test_airflow_task_that_is_queued_for_too_long_is_stopped(result: dict[str, Any]) -> None:
    assert len(result["revoked"]["stopped"]) == 1
    assert (result["revoked"]["followed"], result["revoked"]["running"]) == (0, 0)


@pytest.mark.feature("T8", "L1")
def test_log_of_a_running_airflow_task_is_named(result: dict[str, Any]) -> None:
    stream = f"airflow-task/airflow-task/{7:032x}"
    assert result["log"] == result["api_server_log"]
    assert f"log group /airflow/dev/airflow-task, stream {stream}" in result["log"]
