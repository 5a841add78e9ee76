"""AF_ECS_2: no container runs as root."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.ecs.containers import Container
from terraform_gate.finding import Severity
from terraform_gate.rule import Example
from terraform_gate.rules.shared.container_rule import ContainerRule
from terraform_gate.rules.shared.examples import container, task_definition


class RootUser(ContainerRule):
    """Containers that run as root or as the user of the image."""

    id = "AF_ECS_2"
    title = "Every container sets a user other than root"
    severity = Severity.HIGH
    why = (
        "A process that runs as root can change all files of the container and has a larger attack "
        "surface in the kernel."
    )
    remediation = 'Set `"user": "50000:0"`. The group may be 0, the user must not.'
    references = ("FSBP ECS.20", "Prowler ecs_task_definitions_host_networking_mode_users")
    decides = ("user",)
    passing = (Example(title="uid 50000", resources=task_definition(container(user="50000:0"))),)
    failing = (
        Example(title="no user", resources=task_definition(container(user=None))),
        Example(title="root by name", resources=task_definition(container(user="root"))),
        Example(title="root by number", resources=task_definition(container(user="0:0"))),
    )

    def violations(self, container: Container) -> Iterator[str]:
        """Check `user`."""
        user = str(container.body.get("user") or "").partition(":")[0]
        if not user:
            yield "sets no user: the image decides"
        elif user == "root" or (user.isdecimal() and not user.strip("0")):
            yield f"runs as {container.body['user']}"


rule = RootUser()
