"""AF_ECS_1: no container runs privileged."""

from __future__ import annotations

import json
from collections.abc import Iterator

from policies.finding import Finding, Severity, failed, not_judged
from policies.rule import Example, Rule
from policies.terraform_resource import Resource


def _task(*, privileged: bool) -> dict[str, dict[str, dict[str, object]]]:
    container: dict[str, object] = {"name": "worker", "image": "airflow@sha256:0", "privileged": privileged}
    body: dict[str, object] = {"family": "worker", "container_definitions": json.dumps([container])}
    return {"aws_ecs_task_definition": {"worker": body}}


class PrivilegedContainer(Rule):
    """`privileged` in a container definition."""

    id = "AF_ECS_1"
    title = "No container runs privileged"
    severity_level = Severity.HIGH
    why = "A privileged container is root on its host: it reads the memory and the credentials of everything beside it."
    cure = 'Drop `"privileged": true` from the container definition.'
    references = ("FSBP ECS.4", "trivy AVD-AWS-0036", "Prowler ecs_task_definitions_no_privileged_containers")
    resource_types = ("aws_ecs_task_definition",)
    passing = (Example(title="privileged is off", resources=_task(privileged=False)),)
    failing = (Example(title="privileged is on", resources=_task(privileged=True)),)

    def judge_resource(self, resource: Resource) -> Iterator[Finding]:
        """Look at every container of the task definition."""
        containers = resource.document("container_definitions")
        if not isinstance(containers, list):
            yield not_judged(resource, "container_definitions is not known")
            return
        for container in containers:
            if container.get("privileged"):
                yield failed(resource, f"container {container.get('name')!r} is privileged")


rule = PrivilegedContainer()
