"""Mutants for the rules about ECS."""

from __future__ import annotations

from typing import Any

from tests.policies.rules.mutants.mutant import AIRFLOW, Documents, Mutants, body, containers, grant, set_variable

MUTANTS = Mutants()


@MUTANTS.add("AF_ECS_1", "a worker runs privileged")
def _(documents: Documents) -> None:
    containers(documents, "worker_default", lambda item: item.update(privileged=True))


@MUTANTS.add("AF_ECS_2", "a worker runs as root")
def _(documents: Documents) -> None:
    containers(documents, "worker_default", lambda item: item.update(user="0:0"))


@MUTANTS.add("AF_ECS_3", "the scheduler has a writable root file system")
def _(documents: Documents) -> None:
    containers(documents, "scheduler", lambda item: item.update(readonlyRootFilesystem=False))


@MUTANTS.add("AF_ECS_4", "a database URL contains its password")
def _(documents: Documents) -> None:
    set_variable(documents, "scheduler", "METADATA", "postgresql://airflow:hunter2@db.internal/airflow")


@MUTANTS.add("AF_ECS_5", "the triggerer has no log driver")
def _(documents: Documents) -> None:
    containers(documents, "triggerer", lambda item: item.pop("logConfiguration"))


@MUTANTS.add("AF_ECS_6", "the api-server keeps its Linux capabilities")
def _(documents: Documents) -> None:
    containers(documents, "api_server", lambda item: item["linuxParameters"].pop("capabilities"))


@MUTANTS.add("AF_ECS_7", "AIRFLOW_STOP_TIMEOUT of a worker exceeds its stopTimeout")
def _(documents: Documents) -> None:
    set_variable(documents, "worker_default", "AIRFLOW_STOP_TIMEOUT", "600")


@MUTANTS.add("AF_ECS_8", "the visibility timeout is shorter than the queued timeout")
def _(documents: Documents) -> None:
    name = "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"
    set_variable(documents, "worker_default", name, "60")


@MUTANTS.add("AF_ECS_9", "tags of the image repository are mutable")
def _(documents: Documents) -> None:
    body(documents, "aws_ecr_repository", "images")["image_tag_mutability"] = "MUTABLE"


@MUTANTS.add("AF_ECS_10", "the triggerer has no Fernet key", "AF_ECS_12")
def _(documents: Documents) -> None:
    def remove(container: dict[str, Any]) -> None:
        container["secrets"] = [item for item in container["secrets"] if "FERNET" not in item["name"]]

    containers(documents, "triggerer", remove)


@MUTANTS.add("AF_ECS_11", "the scheduler cannot read the database password")
def _(documents: Documents) -> None:
    del documents[AIRFLOW]["resource"]["aws_iam_role_policy"]["scheduler_execution_role_read_database_password"]


@MUTANTS.add("AF_ECS_12", "the execution role of a worker can read the Fernet key")
def _(documents: Documents) -> None:
    policies = documents[AIRFLOW]["resource"]["aws_iam_role_policy"]
    other = policies["scheduler_execution_role_read_fernet_key"]
    policies["worker_more"] = {**other, "role": "${aws_iam_role.worker_default_execution_role.id}"}


@MUTANTS.add("AF_ECS_13", "a worker has no /tmp")
def _(documents: Documents) -> None:
    def unmount(container: dict[str, Any]) -> None:
        container["mountPoints"] = [item for item in container["mountPoints"] if item["containerPath"] != "/tmp"]

    containers(documents, "worker_default", unmount)


@MUTANTS.add("AF_ECS_14", "the scheduler has no health check")
def _(documents: Documents) -> None:
    containers(documents, "scheduler", lambda item: item.pop("healthCheck"))


@MUTANTS.add("AF_ECS_15", "the circuit breaker of the scheduler does not roll back")
def _(documents: Documents) -> None:
    body(documents, "aws_ecs_service", "scheduler_service")["deployment_circuit_breaker"]["rollback"] = False


@MUTANTS.add("AF_ECS_16", "an apply resets the desired count of workers")
def _(documents: Documents) -> None:
    del body(documents, "aws_ecs_service", "worker_default_service")["lifecycle"]


@MUTANTS.add("AF_ECS_17", "Fargate does not offer the memory of the scheduler")
def _(documents: Documents) -> None:
    body(documents, "aws_ecs_task_definition", "scheduler_task_definition")["memory"] = "30720"


@MUTANTS.add("AF_ECS_18", "the scheduler has the task role of a worker", "AF_IAM_7")
def _(documents: Documents) -> None:
    task = body(documents, "aws_ecs_task_definition", "scheduler_task_definition")
    task["task_role_arn"] = "${aws_iam_role.worker_default_task_role.arn}"


@MUTANTS.add("AF_ECS_19", "the task role of a worker can read the Fernet key")
def _(documents: Documents) -> None:
    secret = body(documents, "aws_ssm_parameter", "secrets_fernet_key")["name"]
    grant(documents, Action="ssm:GetParameters", Resource=f"arn:aws:ssm:eu-central-1:333333333333:parameter{secret}")
