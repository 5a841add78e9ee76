"""Mutants for the rules about ECS."""

from __future__ import annotations

from typing import Any

from tests.policies.rules.mutants.mutant import AIRFLOW, Documents, Mutants, body, containers, grant, set_variable

MUTANTS = Mutants()

MUTANTS.generated(
    "AF_ECS_1",
    "aws_ecs_task_definition.worker_default_task_definition",
    "container: worker-default: privileged",
)
MUTANTS.generated(
    "AF_ECS_2",
    "aws_ecs_task_definition.worker_default_task_definition",
    "container: worker-default: root",
)
MUTANTS.generated(
    "AF_ECS_3",
    "aws_ecs_task_definition.scheduler_task_definition",
    "container: scheduler: writable root",
)
MUTANTS.generated(
    "AF_ECS_5",
    "aws_ecs_task_definition.triggerer_task_definition",
    "container: triggerer: no log",
)
MUTANTS.generated(
    "AF_ECS_6",
    "aws_ecs_task_definition.api_server_task_definition",
    "container: api-server: capabilities not dropped",
)
MUTANTS.generated(
    "AF_ECS_14",
    "aws_ecs_task_definition.scheduler_task_definition",
    "container: scheduler: no health check",
)


@MUTANTS.written("AF_ECS_4", "a database URL contains its password")
def _(documents: Documents) -> None:
    set_variable(documents, "scheduler", "METADATA", "postgresql://airflow:hunter2@db.internal/airflow")


@MUTANTS.written("AF_ECS_7", "AIRFLOW_STOP_TIMEOUT of a worker exceeds its stopTimeout")
def _(documents: Documents) -> None:
    set_variable(documents, "worker_default", "AIRFLOW_STOP_TIMEOUT", "600")


@MUTANTS.written("AF_ECS_8", "the visibility timeout is shorter than the queued timeout")
def _(documents: Documents) -> None:
    name = "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"
    set_variable(documents, "worker_default", name, "60")


@MUTANTS.written("AF_ECS_9", "tags of the image repository are mutable")
def _(documents: Documents) -> None:
    body(documents, "aws_ecr_repository", "images")["image_tag_mutability"] = "MUTABLE"


@MUTANTS.written("AF_ECS_10", "the triggerer has no Fernet key", "AF_ECS_12")
def _(documents: Documents) -> None:
    def remove(container: dict[str, Any]) -> None:
        container["secrets"] = [item for item in container["secrets"] if "FERNET" not in item["name"]]

    containers(documents, "triggerer", remove)


@MUTANTS.written("AF_ECS_11", "the scheduler cannot read the database password")
def _(documents: Documents) -> None:
    del documents[AIRFLOW]["resource"]["aws_iam_role_policy"]["scheduler_execution_role_read_database_password"]


@MUTANTS.written("AF_ECS_12", "the execution role of a worker can read the Fernet key")
def _(documents: Documents) -> None:
    policies = documents[AIRFLOW]["resource"]["aws_iam_role_policy"]
    other = policies["scheduler_execution_role_read_fernet_key"]
    policies["worker_more"] = {**other, "role": "${aws_iam_role.worker_default_execution_role.id}"}


@MUTANTS.written("AF_ECS_13", "a worker has no /tmp")
def _(documents: Documents) -> None:
    def unmount(container: dict[str, Any]) -> None:
        container["mountPoints"] = [item for item in container["mountPoints"] if item["containerPath"] != "/tmp"]

    containers(documents, "worker_default", unmount)


@MUTANTS.written("AF_ECS_15", "the circuit breaker of the scheduler does not roll back")
def _(documents: Documents) -> None:
    body(documents, "aws_ecs_service", "scheduler_service")["deployment_circuit_breaker"]["rollback"] = False


@MUTANTS.written("AF_ECS_16", "an apply resets the desired count of workers")
def _(documents: Documents) -> None:
    del body(documents, "aws_ecs_service", "worker_default_service")["lifecycle"]


@MUTANTS.written("AF_ECS_17", "Fargate does not offer the memory of the scheduler")
def _(documents: Documents) -> None:
    body(documents, "aws_ecs_task_definition", "scheduler_task_definition")["memory"] = "30720"


@MUTANTS.written("AF_ECS_18", "the scheduler has the task role of a worker", "AF_IAM_7")
def _(documents: Documents) -> None:
    task = body(documents, "aws_ecs_task_definition", "scheduler_task_definition")
    task["task_role_arn"] = "${aws_iam_role.worker_default_task_role.arn}"


@MUTANTS.written("AF_ECS_19", "the task role of a worker can read the Fernet key")
def _(documents: Documents) -> None:
    secret = body(documents, "aws_ssm_parameter", "secrets_fernet_key")["name"]
    grant(documents, Action="ssm:GetParameters", Resource=f"arn:aws:ssm:eu-central-1:333333333333:parameter{secret}")
