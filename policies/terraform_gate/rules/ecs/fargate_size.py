"""AF_ECS_17: every task definition has a combination of CPU and memory that Fargate offers."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import container, task_definition
from terraform_gate.terraform_resource import Resource

_GIB = 1024
_MOST_DIGITS = 9
MEMORY: dict[int, tuple[int, ...]] = {
    256: (512, 1 * _GIB, 2 * _GIB),
    512: tuple(range(1 * _GIB, 4 * _GIB + 1, _GIB)),
    1024: tuple(range(2 * _GIB, 8 * _GIB + 1, _GIB)),
    2048: tuple(range(4 * _GIB, 16 * _GIB + 1, _GIB)),
    4096: tuple(range(8 * _GIB, 30 * _GIB + 1, _GIB)),
    8192: tuple(range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB)),
    16384: tuple(range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB)),
}
"""CPU units -> MiB (source: the ECS developer guide's table of task sizes on Fargate)."""


class FargateSize(Rule):
    """Combinations of CPU and memory that Fargate does not offer."""

    id = "AF_ECS_17"
    title = "Every task definition has a combination of CPU and memory that Fargate offers"
    severity = Severity.LOW
    why = (
        "Terraform plans any combination; AWS rejects an unsupported one during the apply, when a part of the "
        "environment has already changed."
    )
    remediation = "Use a combination that Fargate offers, for example 512 CPU units with 1024 to 4096 MiB."
    references = ()
    resource_types = ("aws_ecs_task_definition",)
    passing = (Example(title="512 CPU units and 1024 MiB", resources=task_definition(container())),)
    failing = (
        Example(title="512 CPU units and 8192 MiB", resources=task_definition(container(), memory="8192")),
        Example(title="1000 CPU units", resources=task_definition(container(), cpu="1000")),
        Example(title="not set", resources=task_definition(container(), cpu=None, memory=None)),
    )

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Look the combination up."""
        cpu, memory = resource.get("cpu"), resource.get("memory")
        if "FARGATE" not in resource.values("requires_compatibilities"):
            return
        if not is_known([cpu, memory]):
            yield Finding.unknown(resource, f"not known before the apply: cpu {cpu}, memory {memory}")
        elif (units := _number(cpu)) not in MEMORY:
            yield Finding.fail(resource, f"cpu must be one of {', '.join(map(str, MEMORY))}, got {cpu}")
        elif _number(memory) not in (offered := MEMORY[units]):
            yield Finding.fail(
                resource, f"Fargate offers {offered[0]} to {offered[-1]} MiB for {cpu} CPU units, got {memory}"
            )


def _number(value: object) -> int:
    """Return a size; 0, which Fargate does not offer, for what is no size."""
    text = str(value)
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else 0


rule = FargateSize()
