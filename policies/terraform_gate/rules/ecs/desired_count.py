"""AF_ECS_16: Terraform does not reset the desired count of autoscaled services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.resources import Resources
from terraform_gate.terraform_resource import Resource, items


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


def _scaled_by_name() -> Resources:
    resources = _scaled()
    resources["aws_appautoscaling_target"]["worker"]["resource_id"] = "service/airflow/worker"
    return resources


class DesiredCount(Rule):
    """Autoscaled services whose desired count every apply resets.

    Evaluated on JSON only: plans do not contain `lifecycle`.
    """

    id = "AF_ECS_16"
    title = "An autoscaled service ignores changes of desired_count"
    severity = Severity.MEDIUM
    why = (
        "If Terraform manages desired_count, every apply resets the service to its initial size and stops running "
        "Airflow tasks."
    )
    remediation = 'lifecycle { ignore_changes = ["desired_count"] }'
    references = ()
    resource_types = ("aws_ecs_service",)
    passing = (
        Example(
            title="ignored",
            resources=_scaled(lifecycle={"ignore_changes": ["desired_count"]}),
            is_evaluated_on_plans=False,
        ),
        Example(
            title="all changes ignored",
            resources=_scaled(lifecycle={"ignore_changes": "all"}),
            is_evaluated_on_plans=False,
        ),
    )
    failing = (
        Example(title="the scaling target names the service", resources=_scaled_by_name(), is_evaluated_on_plans=False),
        Example(title="not ignored", resources=_scaled(), is_evaluated_on_plans=False),
        Example(
            title="a different argument ignored",
            resources=_scaled(lifecycle={"ignore_changes": ["task_definition"]}),
            is_evaluated_on_plans=False,
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Check the services that scaling targets refer to, by reference or by `service/<cluster>/<name>`."""
        targets = _targets(configuration)
        for service in configuration.of_type(*self.resource_types):
            scaled = targets.get(service.key) or targets.get(_resource_id(service, configuration))
            if scaled and service.has_lifecycle:
                yield Finding.pass_(service) if _ignores(service) else Finding.fail(service, _message(scaled))


def _message(target: Resource) -> str:
    return f"{target.address} scales the service, but lifecycle.ignore_changes does not contain desired_count"


def _targets(configuration: Configuration) -> Mapping[str, Resource]:
    """Map each scaling target by its ``resource_id`` and by the key of every resource that it refers to."""
    found: dict[str, Resource] = {}
    for target in configuration.of_type("aws_appautoscaling_target"):
        named = target.get("resource_id")
        for key in (str(named), *(item.key for item in configuration.mentioned_in(named))):
            found.setdefault(key, target)
    return found


def _resource_id(service: Resource, configuration: Configuration) -> str:
    cluster = configuration.find(service.get("cluster"))
    name = cluster.get("name") if cluster else str(service.get("cluster")).rpartition("/")[2]
    return f"service/{name}/{service.get('name')}"


def _ignores(service: Resource) -> bool:
    ignored = [str(item).strip("${}") for item in items(service.get("lifecycle", "ignore_changes"))]
    return "all" in ignored or "desired_count" in ignored


rule = DesiredCount()
