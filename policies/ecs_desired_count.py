"""AF_ECS_16: Terraform leaves the number of tasks to the autoscaler."""

from __future__ import annotations

from collections.abc import Iterator

from policies.configuration import Configuration
from policies.examples import Resources
from policies.finding import Finding, Severity, failed, passed
from policies.rule import Example, Rule
from policies.terraform_resource import Resource, items


def _scaled(**settings: object) -> Resources:
    service = {
        "name": "worker",
        "cluster": "${aws_ecs_cluster.airflow.arn}",
        "task_definition": "worker:1",
        "desired_count": 1,
        **settings,
    }
    target = {
        "service_namespace": "ecs",
        "scalable_dimension": "ecs:service:DesiredCount",
        "resource_id": "service/${aws_ecs_cluster.airflow.name}/${aws_ecs_service.worker.name}",
        "min_capacity": 0,
        "max_capacity": 8,
    }
    return {
        "aws_ecs_cluster": {"airflow": {"name": "airflow"}},
        "aws_ecs_service": {"worker": service},
        "aws_appautoscaling_target": {"worker": target},
    }


class DesiredCount(Rule):
    """Autoscaled services that every apply resets. Judged on JSON only: plans do not carry `lifecycle`."""

    id = "AF_ECS_16"
    title = "A service that an autoscaler scales ignores changes of desired_count"
    severity_level = Severity.MEDIUM
    why = "Every apply would set the service back to its first size, in the middle of the night's work."
    cure = 'lifecycle { ignore_changes = ["desired_count"] }'
    references = ()
    resource_types = ("aws_ecs_service",)
    passing = (
        Example(
            title="ignored",
            resources=_scaled(lifecycle={"ignore_changes": ["desired_count"]}),
            is_judged_on_plans=False,
        ),
        Example(
            title="all changes ignored",
            resources=_scaled(lifecycle={"ignore_changes": "all"}),
            is_judged_on_plans=False,
        ),
    )
    failing = (
        Example(title="not ignored", resources=_scaled(), is_judged_on_plans=False),
        Example(
            title="something else ignored",
            resources=_scaled(lifecycle={"ignore_changes": ["task_definition"]}),
            is_judged_on_plans=False,
        ),
    )

    def judge(self, configuration: Configuration) -> Iterator[Finding]:
        """Look at the services that scaling targets mention."""
        for service in configuration.of_type(*self.resource_types):
            scaled = configuration.users_of(service, "aws_appautoscaling_target")
            if scaled and not service.is_planned:
                yield passed(service) if _ignores(service) else failed(service, f"{scaled[0].address} scales it")


def _ignores(service: Resource) -> bool:
    ignored = [str(item).strip("${}") for item in items(service.get("lifecycle", "ignore_changes"))]
    return "all" in ignored or "desired_count" in ignored


rule = DesiredCount()
