"""Airflow tasks that run in separate Fargate tasks, one on a worker, and two that ECS can never start.

The environments without the executor ``ecs`` report this file with an import error.
"""

import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Param, dag, task
from botocore.exceptions import ClientError

TIMEOUT_SECONDS = 3
# With long names, in letters that JSON escapes with twelve characters, an override has more than 8,192 characters.
# The id of the DAG is in names of metrics, which must be ASCII.
LONG_DAG, LONG_TASK = "d" * 200, "𝒳" * 250
# Of version 2 and version 1 of cgroups.
MEMORY_LIMITS = [Path("/sys/fs/cgroup") / name for name in ("memory.max", "memory/memory.limit_in_bytes")]


def _reaches(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=TIMEOUT_SECONDS).close()
    except OSError:
        return False
    return True


def _denial(service: str, operation: str, **parameters: object) -> str:
    try:
        getattr(boto3.client(service), operation)(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return ""


@dag(
    schedule=None,
    is_paused_upon_creation=False,
    params={"seconds": Param(5, type="integer"), "hosts": Param({}, type="object")},
)
def on_fargate():
    @task(executor="ecs", executor_config={"size": "large"})
    def looks_around(params: dict | None = None) -> dict:
        api = urlsplit(os.environ["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"])
        cluster, path = "airflow-live", os.environ["AIRFLOW_PARAMETER_PATH"]
        return {
            "reached": sorted(name for name, (host, port) in params["hosts"].items() if _reaches(host, port)),
            "execution API": _reaches(api.hostname, api.port),
            "memory": next(path.read_text().strip() for path in MEMORY_LIMITS if path.exists()),
            "role": boto3.client("sts").get_caller_identity()["Arn"].split("/")[1],
            "secrets": sorted(name for name in os.environ if name.startswith(("AIRFLOW_DB", "AIRFLOW_BROKER"))),
            "other tasks": _denial("ecs", "list_tasks", cluster=cluster),
            "tokens": _denial("ecs", "describe_tasks", cluster=cluster, tasks=["a" * 32]),
            "fernet key": _denial("ssm", "get_parameter", Name=f"{path}/fernet-key"),
        }

    looks_around()
    # The log contains the command too, but only Bash writes 21 and 22.
    command = "echo begun $((20 + 1)); sleep {{ params.seconds }}; echo slept $((20 + 2))"
    BashOperator(task_id="alone", bash_command=command, executor="ecs")
    BashOperator(task_id="on_worker", bash_command="echo on a worker")


@dag(dag_id=LONG_DAG, schedule=None, is_paused_upon_creation=False)
def never_started():
    # The default of one retry after five minutes cannot help either of them.
    common = {"bash_command": "true", "executor": "ecs", "retries": 0}
    BashOperator(task_id=LONG_TASK, queue=LONG_TASK, **common)
    BashOperator(task_id="huge", executor_config={"size": "huge"}, **common)


on_fargate()
never_started()
