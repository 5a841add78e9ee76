"""Mutants for the rules about secrets."""

from __future__ import annotations

from tests.policies.rules.mutants.mutant import AIRFLOW, Documents, Mutants, add, containers

MUTANTS = Mutants()

MUTANTS.generated(
    "AF_SECRET_1",
    "aws_ssm_parameter.secrets_fernet_key",
    "plain_parameter: value in the state",
)
MUTANTS.generated(
    "AF_SECRET_2",
    "aws_ssm_parameter.secrets_fernet_key",
    "plain_parameter: type = String",
)


@MUTANTS.written("AF_SECRET_3", "an instance starts with a password in its user data")
def _(documents: Documents) -> None:
    host = {"ami": "ami-0a1b2c3d", "instance_type": "t4g.micro", "user_data": "export DB_PASSWORD=hunter2hunter2"}
    add(documents, "aws_instance", "host", host)


@MUTANTS.written("AF_SECRET_4", "a sensitive variable is part of a health check")
def _(documents: Documents) -> None:
    documents[AIRFLOW]["variable"] = {"password": {"sensitive": True, "default": "hunter2hunter2"}}
    containers(
        documents,
        "scheduler",
        lambda container: container["healthCheck"].update(command=["CMD", "check", "${var.password}"]),
    )
