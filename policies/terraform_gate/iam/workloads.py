"""Resources of a configuration that run code with a role: functions, build projects, jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from terraform_gate.configuration import Configuration
from terraform_gate.iam.identities import Identity, normalized
from terraform_gate.iam.normalized_arns import HERE, HOME
from terraform_gate.reading.expression import is_known

_TYPES: Mapping[str, tuple[str, str, str, str]] = {
    "aws_lambda_function": ("function", "function_name", "role", "lambda:{here}:function:{name}"),
    "aws_codebuild_project": ("project", "name", "service_role", "codebuild:{here}:project/{name}"),
    "aws_glue_job": ("glue-job", "name", "role_arn", "glue:{here}:job/{name}"),
    "aws_sagemaker_notebook_instance": ("notebook", "name", "role_arn", "sagemaker:{here}:notebook-instance/{name}"),
}
"""Resource type -> kind, argument with the name, argument with the role, ARN after ``arn:aws:``."""


@dataclass(frozen=True)
class Workload:
    """A resource that runs code with ``role``."""

    kind: str
    arn: str
    role: Identity


def workloads_of(configuration: Configuration, identities: Sequence[Identity]) -> tuple[Workload, ...]:
    """Return the workloads whose role is in the configuration."""
    return tuple(_workloads(configuration, {identity.arn: identity for identity in identities}))


def _workloads(configuration: Configuration, roles: Mapping[str, Identity]) -> Iterator[Workload]:
    for resource in configuration.of_type(*_TYPES):
        kind, name, role, arn = _TYPES[resource.type]
        owner = roles.get(normalized(str(resource.get(role)), configuration))
        if owner is not None:
            given = str(resource.get(name))
            known = given if is_known(given) else resource.address
            yield Workload(kind, "arn:aws:" + arn.format(here=f"{HERE}:{HOME}", name=known), owner)
