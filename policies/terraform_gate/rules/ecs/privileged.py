"""AF_ECS_1: no container runs privileged."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.ecs.containers import Container
from terraform_gate.finding import Severity
from terraform_gate.rule import Example
from terraform_gate.rules.shared.container_rule import ContainerRule
from terraform_gate.rules.shared.examples import container, task_definition


class Privileged(ContainerRule):
    """`privileged` in a container definition."""

    id = "AF_ECS_1"
    title = "No container runs privileged"
    severity = Severity.CRITICAL
    why = (
        "A privileged container is root on its host: it can read the memory and credentials of all other "
        "containers there."
    )
    remediation = 'Remove `"privileged": true` from the container definition.'
    references = ("FSBP ECS.4", "Prowler ecs_task_definitions_no_privileged_containers", "CKV_AWS_334")
    decides = ("privileged",)
    passing = (Example(title="privileged is false", resources=task_definition(container())),)
    failing = (
        Example(title="privileged is true", resources=task_definition(container(privileged=True))),
        Example(
            title="the second container is privileged",
            resources=task_definition(container(), container(name="sidecar", privileged=True)),
        ),
    )

    def violations(self, container: Container) -> Iterator[str]:
        """Check `privileged`."""
        if container.body.get("privileged") not in (None, False):
            yield "runs privileged"


rule = Privileged()
