"""AF_ECS_15: ECS rolls a failed deployment back."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Finding, Severity
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import ACCOUNT
from terraform_gate.rules.shared.resources import Resources
from terraform_gate.terraform_resource import Resource


def _service(**settings: object) -> Resources:
    body = {
        "name": "scheduler",
        "cluster": f"arn:aws:ecs:eu-central-1:{ACCOUNT}:cluster/airflow",
        "task_definition": f"arn:aws:ecs:eu-central-1:{ACCOUNT}:task-definition/scheduler:1",
        **settings,
    }
    return {"aws_ecs_service": {"scheduler": body}}


class MissingRollback(Rule):
    """Services without a deployment circuit breaker."""

    id = "AF_ECS_15"
    title = "Every ECS service has a deployment circuit breaker that rolls back"
    severity = Severity.MEDIUM
    why = "Without a circuit breaker, ECS restarts a broken version indefinitely and reports nothing."
    remediation = "deployment_circuit_breaker { enable = true, rollback = true }"
    references = ()
    resource_types = ("aws_ecs_service",)
    passing = (
        Example(title="rolls back", resources=_service(deployment_circuit_breaker={"enable": True, "rollback": True})),
        Example(title="deployed by CodeDeploy", resources=_service(deployment_controller={"type": "CODE_DEPLOY"})),
    )
    failing = (
        Example(title="no circuit breaker", resources=_service()),
        Example(
            title="enabled, without rollback",
            resources=_service(deployment_circuit_breaker={"enable": True, "rollback": False}),
        ),
    )

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Check `enable` and `rollback`."""
        if resource.get("deployment_controller", 0, "type") in {"CODE_DEPLOY", "EXTERNAL"}:
            return
        settings_ = [resource.get("deployment_circuit_breaker", 0, name) for name in ("enable", "rollback")]
        if any(isinstance(value, str) for value in settings_):
            yield Finding.unknown(resource, "deployment_circuit_breaker is not known before the apply")
        elif not all(settings_):
            yield Finding.fail(resource, "a failed deployment is not rolled back")


rule = MissingRollback()
