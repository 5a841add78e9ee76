"""Terraform JSON of IAM roles, policies and ECS task definitions for the examples of the rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from terraform_gate.rules.shared.resources import Resources

ACCOUNT = "111122223333"
DIGEST = "sha256:" + "0f" * 32
ECS_TASKS: Mapping[str, Any] = {"Service": "ecs-tasks.amazonaws.com"}


def policy(*statements: Mapping[str, Any]) -> str:
    """Write a policy document; the default of `Effect` is Allow."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **item} for item in statements]})


def role_policy(*statements: Mapping[str, Any]) -> Resources:
    """An inline policy of a role outside of the configuration."""
    return {"aws_iam_role_policy": {"worker": {"name": "worker", "role": "worker", "policy": policy(*statements)}}}


def trust(principal: Any, *, condition: Mapping[str, Any] | None = None, **statement: Any) -> Resources:
    """A role that `principal` can assume."""
    entry = {"Principal": principal, "Action": "sts:AssumeRole", **statement}
    entry = {key: value for key, value in entry.items() if value is not None}
    body = entry | ({"Condition": condition} if condition else {})
    return {"aws_iam_role": {"worker": {"name": "worker", "assume_role_policy": policy(body)}}}


def container(**settings: Any) -> dict[str, Any]:
    """A container definition that passes every rule; `settings` replace arguments, None removes one."""
    whole = {
        "name": "worker",
        "image": f"{ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com/airflow@{DIGEST}",
        "essential": True,
        "user": "50000:0",
        "privileged": False,
        "readonlyRootFilesystem": True,
        "stopTimeout": 120,
        "linuxParameters": {"capabilities": {"drop": ["ALL"]}, "initProcessEnabled": True},
        "healthCheck": {"command": ["CMD", "python", "health.py", "worker"]},
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": "/airflow/worker",
                "awslogs-region": "eu-central-1",
                "awslogs-stream-prefix": "worker",
            },
        },
        **settings,
    }
    return {key: value for key, value in whole.items() if value is not None}


def task_definition(*containers: Mapping[str, Any], name: str = "worker", **arguments: Any) -> Resources:
    """A Fargate task definition."""
    body = {
        "family": name,
        "requires_compatibilities": ["FARGATE"],
        "network_mode": "awsvpc",
        "cpu": "512",
        "memory": "1024",
        "execution_role_arn": f"arn:aws:iam::{ACCOUNT}:role/execution",
        "task_role_arn": f"arn:aws:iam::{ACCOUNT}:role/task",
        "container_definitions": json.dumps(list(containers)),
        **arguments,
    }
    return {"aws_ecs_task_definition": {name: body}}
