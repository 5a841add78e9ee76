"""AF_ECS_5: containers write their output to a log."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.ecs.containers import Container
from terraform_gate.finding import Severity
from terraform_gate.rule import Example
from terraform_gate.rules.shared.container_rule import ContainerRule
from terraform_gate.rules.shared.examples import container, task_definition

_NEEDED = {"awslogs": ("awslogs-group", "awslogs-region", "awslogs-stream-prefix"), "splunk": ("splunk-url",)}


def _logging(**options: str) -> dict[str, object]:
    return {"logDriver": "awslogs", "options": {name.replace("_", "-"): value for name, value in options.items()}}


class MissingLogging(ContainerRule):
    """Containers without a log driver."""

    id = "AF_ECS_5"
    title = "Every container writes its output to a log"
    severity = Severity.MEDIUM
    why = (
        "Fargate gives no access to the host: without a log driver the container output, and with it the "
        "cause of a failure, is lost."
    )
    remediation = "Set `logConfiguration` with awslogs-group, awslogs-region and awslogs-stream-prefix."
    references = ("FSBP ECS.9", "cdk-nag AwsSolutions-ECS7", "Prowler ecs_task_definitions_logging_enabled")
    passing = (Example(title="awslogs", resources=task_definition(container())),)
    failing = (
        Example(title="no log driver", resources=task_definition(container(logConfiguration=None))),
        Example(
            title="no stream prefix",
            resources=task_definition(
                container(logConfiguration=_logging(awslogs_group="/a", awslogs_region="eu-central-1"))
            ),
        ),
    )

    def violations(self, container: Container) -> Iterator[str]:
        """Check the log driver and its options."""
        driver = container.get("logConfiguration", "logDriver")
        if not driver or driver == "none":
            yield "has no log driver"
            return
        missing = [name for name in _NEEDED.get(str(driver), ()) if not container.log_options.get(name)]
        if missing:
            yield f"{driver} lacks {', '.join(missing)}"


rule = MissingLogging()
