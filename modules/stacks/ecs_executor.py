"""What a scheduler needs to run each Airflow task in a separate Fargate task."""

from __future__ import annotations

from cdktf import Fn, TerraformLocal
from constructs import Construct

from environments.sections.compute import EcsExecutor
from modules.core.airflow_process import TASK
from modules.core.fargate_task import FargatePlatform
from modules.core.grants import statement
from modules.core.json_text import json_text
from modules.core.network_reference import NetworkReference
from modules.core.task import Client
from modules.core.task_reference import TaskReference

PREFIX = "AIRFLOW__AWS_ECS_EXECUTOR__"


class EcsExecutorSettings:
    """Options and permissions of the ECS executor: RunTask of one family in one cluster, with its two roles.

    Options: https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/executors/ecs-executor.html

    Args:
        scope: the stack.
        section: the section ``ecs_executor`` of the environment.
        task: the task definition of an Airflow task.
        platform: settings that all Fargate tasks share.
        cluster: name of the ECS cluster.
        network: subnets of the Fargate tasks.
    """

    def __init__(
        self,
        scope: Construct,
        section: EcsExecutor,
        *,
        task: TaskReference,
        platform: FargatePlatform,
        cluster: str,
        network: NetworkReference,
    ) -> None:
        self._section, self._task, self._platform = section, task, platform
        self._cluster = cluster
        # A local value: quotes of an expression would end the text in the JSON of the container definitions.
        subnets = TerraformLocal(scope, f"{TASK.name}-subnets", Fn.join(",", network.application_subnet_ids))
        self._subnets = subnets.as_string

    def serve(self, client: Client) -> None:
        """Configure the executor of ``client`` and allow it to run, describe and stop its Fargate tasks."""
        options = {f"{PREFIX}{name}": value for name, value in self._options().items()}
        sizes = {size.name: {"cpu": size.cpu, "memory_mib": size.memory_mib} for size in self._section.sizes}
        if sizes:
            options["AIRFLOW_ECS_SIZES"] = json_text(sizes)
        client.add_environment(**options, AIRFLOW_ECS_MAX_TASKS=str(self._section.max_count))
        self._grant(client)

    def _options(self) -> dict[str, str]:
        provider = "FARGATE_SPOT" if self._section.spot else "FARGATE"
        arguments = {
            # The provider reads the strategy from here only: as a separate option it would stay a text.
            "capacity_provider_strategy": [{"capacityProvider": provider, "weight": 1}],
            "propagate_tags": "TASK_DEFINITION",
        }
        return {
            "ASSIGN_PUBLIC_IP": "False",
            "CHECK_HEALTH_ON_STARTUP": "True",
            "CLUSTER": self._cluster,
            "CONTAINER_NAME": TASK.name,
            "MAX_RUN_TASK_ATTEMPTS": str(self._section.run_task_attempts),
            "PLATFORM_VERSION": "1.4.0",
            "REGION_NAME": self._platform.region,
            "RUN_TASK_KWARGS": json_text(arguments),
            "SECURITY_GROUPS": self._task.security_group_id,
            "SUBNETS": self._subnets,
            "TASK_DEFINITION": self._task.task_definition_arn,
        }

    def _grant(self, client: Client) -> None:
        here = f"arn:aws:ecs:{self._platform.region}:{self._platform.roles.account_id}"
        tasks = [f"{here}:task/{self._cluster}/*"]
        in_cluster = {"ArnEquals": {"ecs:cluster": self._platform.cluster_arn}}
        client.task_role.grant(
            "run-airflow-tasks",
            # The family, not a revision: a scheduler that is being replaced still runs the earlier one.
            statement(
                "ecs:RunTask",
                on=[f"{here}:task-definition/{self._platform.name}-{TASK.name}:*"],
                conditions=in_cluster,
            ),
            statement("ecs:DescribeTasks", "ecs:StopTask", on=tasks, conditions=in_cluster),
            statement("ecs:TagResource", on=tasks, conditions={"StringEquals": {"ecs:CreateAction": "RunTask"}}),
            statement(
                "iam:PassRole",
                on=self._task.role_arns,
                conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
            ),
        )
