"""The task definitions of former deployments, which production keeps for a rollback when Terraform destroys it."""

from __future__ import annotations

from terraform_harness.emulator import Emulator

from environments.model import Environment


def deregister(emulator: Emulator, environment: Environment) -> int:
    """Deregister every task definition of the environment, and return their number."""
    client, prefix = emulator.client("ecs"), f"{environment.names.name}-"
    pages = client.get_paginator("list_task_definitions").paginate(status="ACTIVE")
    arns = [arn for page in pages for arn in page["taskDefinitionArns"]]
    own = [arn for arn in arns if arn.rpartition("/")[2].startswith(prefix)]
    for arn in own:
        client.deregister_task_definition(taskDefinition=arn)
    return len(own)
