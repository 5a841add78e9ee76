"""AF_ECS_3: the root file system of every container is read-only."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.ecs.containers import Container
from terraform_gate.finding import Severity
from terraform_gate.rule import Example
from terraform_gate.rules.shared.container_rule import ContainerRule
from terraform_gate.rules.shared.examples import container, task_definition


class WritableRoot(ContainerRule):
    """Writable root file systems."""

    id = "AF_ECS_3"
    title = "Every container has a read-only root file system"
    severity = Severity.HIGH
    why = (
        "In a container with a writable root file system, an attacker can replace the application's files, and the "
        "application then runs the attacker's code."
    )
    remediation = 'Set `"readonlyRootFilesystem": true` and mount volumes where the application writes.'
    references = ("FSBP ECS.5", "CKV_AWS_336", "Prowler ecs_task_definitions_containers_readonly_access")
    decides = ("readonlyRootFilesystem",)
    passing = (Example(title="read-only", resources=task_definition(container())),)
    failing = (
        Example(title="writable", resources=task_definition(container(readonlyRootFilesystem=False))),
        Example(title="not set: writable", resources=task_definition(container(readonlyRootFilesystem=None))),
    )

    def violations(self, container: Container) -> Iterator[str]:
        """Check `readonlyRootFilesystem`."""
        if container.body.get("readonlyRootFilesystem") is not True:
            yield "its root file system is writable"


rule = WritableRoot()
