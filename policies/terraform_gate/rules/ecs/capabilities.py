"""AF_ECS_6: containers drop all Linux capabilities."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.ecs.containers import Container
from terraform_gate.finding import Severity
from terraform_gate.rule import Example
from terraform_gate.rules.shared.container_rule import ContainerRule
from terraform_gate.rules.shared.examples import container, task_definition
from terraform_gate.terraform_resource import items


def _capabilities(**lists: list[str]) -> dict[str, object]:
    return {"capabilities": lists, "initProcessEnabled": True}


class Capabilities(ContainerRule):
    """Linux capabilities that are kept or added."""

    id = "AF_ECS_6"
    title = "Every container drops all Linux capabilities and adds none"
    severity = Severity.MEDIUM
    why = (
        "By default a container keeps 14 capabilities (raw sockets, access to files of other users, "
        "...). Airflow uses none."
    )
    remediation = '`"linuxParameters": {"capabilities": {"drop": ["ALL"]}}`'
    references = ()
    decides = ("linuxParameters.capabilities",)
    passing = (Example(title="all dropped", resources=task_definition(container())),)
    failing = (
        Example(title="nothing dropped", resources=task_definition(container(linuxParameters=None))),
        Example(
            title="only one dropped",
            resources=task_definition(container(linuxParameters=_capabilities(drop=["NET_RAW"]))),
        ),
        Example(
            title="one added back",
            resources=task_definition(container(linuxParameters=_capabilities(drop=["ALL"], add=["SYS_PTRACE"]))),
        ),
    )

    def violations(self, container: Container) -> Iterator[str]:
        """Check both lists."""
        dropped = [str(item).upper() for item in items(container.get("linuxParameters", "capabilities", "drop"))]
        added = [str(item) for item in items(container.get("linuxParameters", "capabilities", "add"))]
        if "ALL" not in dropped:
            yield "does not drop ALL capabilities"
        if added:
            yield f"adds {', '.join(added)}"


rule = Capabilities()
