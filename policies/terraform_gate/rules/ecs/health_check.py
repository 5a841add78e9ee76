"""AF_ECS_14: the essential containers of a service have a health check."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.ecs.containers import UnknownContainersError, containers_of
from terraform_gate.finding import Finding, Severity
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import ACCOUNT, container, task_definition
from terraform_gate.rules.shared.resources import Resources, merge


def _service(**settings: object) -> Resources:
    body = {
        "name": "worker",
        "cluster": f"arn:aws:ecs:eu-central-1:{ACCOUNT}:cluster/airflow",
        "task_definition": "${aws_ecs_task_definition.worker.arn}",
        "network_configuration": {"subnets": ["subnet-0a1b2c3d"]},
    }
    return merge({"aws_ecs_service": {"worker": body}}, task_definition(container(**settings)))


class MissingHealthCheck(Rule):
    """Services with an essential container without a health check."""

    id = "AF_ECS_14"
    title = "Every essential container of a service has a health check"
    severity = Severity.MEDIUM
    why = "A scheduler that hangs is still a running process: without a health check ECS does not replace it."
    remediation = '`"healthCheck": {"command": ["CMD", "python", "/opt/airflow-fargate/health.py", "<component>"]}`'
    references = ("CIS Docker 4.6",)
    resource_types = ("aws_ecs_task_definition",)
    passing = (
        Example(title="a health check", resources=_service()),
        Example(title="a one-off task without a health check", resources=task_definition(container(healthCheck=None))),
    )
    failing = (
        Example(title="no health check", resources=_service(healthCheck=None)),
        Example(title="disabled with NONE", resources=_service(healthCheck={"command": ["NONE"]})),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Check the task definitions that services run."""
        for task in configuration.of_type(*self.resource_types):
            if not configuration.users_of(task, "aws_ecs_service"):
                yield Finding.pass_(task)
                continue
            try:
                containers = containers_of(task)
            except UnknownContainersError as error:
                yield Finding.unknown(task, str(error))
                continue
            missing = [
                item.name
                for item in containers
                if item.is_essential and not _is_checked(item.get("healthCheck", "command"))
            ]
            yield Finding.fail(task, f"no health check: {', '.join(missing)}") if missing else Finding.pass_(task)


def _is_checked(command: object) -> bool:
    return isinstance(command, list) and bool(command) and command[0] != "NONE"


rule = MissingHealthCheck()
