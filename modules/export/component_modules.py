"""Modules of Fargate tasks: an Airflow component, the api-server, a worker group, a one-off task, a schedule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from constructs import Construct

from environments.sections.compute import ComponentSize
from environments.sections.compute import WorkerGroup as WorkerGroupSection
from modules.constructs.component import Component
from modules.constructs.one_off_task import OneOffTask
from modules.constructs.scheduled_task import ScheduledTask
from modules.constructs.worker_group import ScaleInProtection, WorkerGroup
from modules.core.airflow_process import API_SERVER, HEALTH, MIGRATE, Process
from modules.core.container import HealthCheck
from modules.core.service import EcsComponent
from modules.core.task_reference import TaskReference
from modules.export.caller_values import CallerSecrets, caller_list
from modules.export.exportable import ID, Exportable, Output
from modules.export.fargate_inputs import platform_of, settings_of
from modules.export.inputs import Rule, from_model, list_from_model, text
from modules.export.model_schema import properties_of
from modules.export.module_inputs import ModuleInputs

SERVICE_STEPS = """Before the apply: the image is in the ECR repository `repository_arn`, the log group
`<log_path>/<component>` exists (module `log-storage`), the parameters in `secrets` have values, and the database has
the schema of the image's Airflow version (module `one-off-task`).

The security group has no rules. The service starts when it may connect to the database (port 5432), the broker (port
6379), the api-servers (port 8080) and the AWS APIs (port 443):

```hcl
resource "aws_vpc_security_group_egress_rule" "to_database" {
  security_group_id            = module.MODULE.security_group_id
  referenced_security_group_id = module.metadata_database.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_vpc_security_group_ingress_rule" "at_database" {
  security_group_id            = module.metadata_database.security_group_id
  referenced_security_group_id = module.MODULE.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}
```"""
TASK_STEPS = SERVICE_STEPS.replace("The service starts when it may", "The task runs when it may")
COMPONENTS = ("scheduler", "dag-processor", "triggerer", "flower")


def _outputs(made: EcsComponent) -> Mapping[str, Output]:
    return {
        "service_name": Output(made.service.name, "Name of the ECS service."),
        "task_definition_arn": Output(made.task_definition.arn, "ARN of the task definition."),
        "security_group_id": Output(made.connections.security_group_id, "Id of the security group. It has no rules."),
        "task_role_arn": Output(made.task_role.arn, "ARN of the task role."),
    }


def _service(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    rule = Rule(
        condition=f"contains({list(COMPONENTS)}, var.component)".replace("'", '"'),
        message=f"component must be one of {', '.join(COMPONENTS)}.",
        rejected="webserver",
    )
    variable = replace(text("component", "Airflow component of the service.", example="scheduler"), rules=(rule,))
    component = inputs.deferred(variable)
    process = Process(
        name=component,
        purpose=f"Airflow {component}",
        health_check=HealthCheck(command=(*HEALTH, component), start_period=60),
        command=(component,),
    )
    made = Component(
        scope,
        ID,
        process=process,
        platform=platform_of(inputs),
        network=inputs.network(),
        settings=settings_of(inputs, ComponentSize, count="count"),
        uses=[CallerSecrets(inputs)],
    )
    return _outputs(made)


def _api_server(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    target = inputs.arn(
        "target_group_arn",
        "Target group of the load balancer, whose listener must exist.",
        service="elasticloadbalancing",
        example="targetgroup/airflow-example/0123456789abcdef",
    )
    made = Component(
        scope,
        ID,
        process=API_SERVER,
        platform=platform_of(inputs),
        network=inputs.network(),
        settings=settings_of(inputs, ComponentSize, count="count"),
        uses=[CallerSecrets(inputs)],
        target_group_arn=target,
        autoscaled=True,
    )
    return _outputs(made)


def _worker_group(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    platform = platform_of(inputs)
    cluster = inputs.text("cluster_name", "Name of the ECS cluster.", example="airflow-example")
    properties = properties_of(WorkerGroupSection)
    group = from_model("group", properties["name"]) or text("group", "Name of the group.")
    inputs.variables["queues"] = replace(list_from_model("queues", properties["queues"]), example=["default"])
    made = WorkerGroup(
        scope,
        ID,
        group=inputs.deferred(replace(group, example="default")),
        queues=['${join(",", var.queues)}'],
        concurrency=inputs.field_of(WorkerGroupSection, "concurrency"),
        platform=platform,
        network=inputs.network(),
        settings=settings_of(
            inputs, WorkerGroupSection, count="min_count", base=inputs.field_of(WorkerGroupSection, "on_demand_base")
        ),
        log_readers=[],
        uses=[
            CallerSecrets(inputs),
            ScaleInProtection(account_id=platform.roles.account_id, region=platform.region, cluster=cluster),
        ],
    )
    return _outputs(made)


def _one_off_task(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    made = OneOffTask(
        scope,
        ID,
        process=MIGRATE,
        platform=platform_of(inputs),
        network=inputs.network(),
        uses=[CallerSecrets(inputs)],
    ).reference
    return {
        "task_definition_arn": Output(made.task_definition_arn, "ARN of the task definition."),
        "role_arns": Output(made.role_arns, "ARNs of the roles that a caller of RunTask passes."),
        "security_group_id": Output(made.security_group_id, "Id of the security group. It has no rules."),
    }


def _scheduled_task(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    task = TaskReference(
        task_definition_arn=inputs.arn(
            "task_definition_arn", "Task definition to run.", service="ecs", example="task-definition/db-clean:1"
        ),
        role_arns=caller_list(
            inputs,
            "role_arns",
            "Task role and execution role of the task definition.",
            example=[f"arn:aws:iam::111111111111:role/db-clean-{kind}" for kind in ("task", "exec")],
        ),
        security_group_id=inputs.text(
            "security_group_id", "Security group of the task.", example="sg-0123456789abcdef0"
        ),
    )
    given: dict[str, Any] = {
        "schedule": inputs.text(
            "schedule", "`cron(...)` or `rate(...)` expression of EventBridge Scheduler.", example="cron(0 3 * * ? *)"
        ),
        "timezone": inputs.text("timezone", "IANA name of the time zone of the schedule.", example="UTC"),
        "cluster_arn": inputs.arn("cluster_arn", "ECS cluster.", service="ecs", example="cluster/airflow-example"),
        "task": task,
    }
    ScheduledTask(scope, ID, **inputs.arguments(ScheduledTask, **given))
    return {}


COMPONENT_MODULES = (
    Exportable(
        "service",
        "ECS service of a scheduler, dag-processor, triggerer or Flower: read-only containers, health check, rollback.",
        _service,
        steps=SERVICE_STEPS,
    ),
    Exportable(
        "api-server",
        "ECS service of the api-servers behind a load balancer, with an internal DNS name.",
        _api_server,
        steps=SERVICE_STEPS,
    ),
    Exportable(
        "worker-group",
        "ECS service of Celery workers of one size; busy workers are protected from scale-in.",
        _worker_group,
        steps=SERVICE_STEPS,
    ),
    Exportable("one-off-task", "Task definition that migrates the metadata database.", _one_off_task, steps=TASK_STEPS),
    Exportable("scheduled-task", "EventBridge schedule that runs a task definition on Fargate.", _scheduled_task),
)
