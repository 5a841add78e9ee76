"""AF_ECS_12: the execution role can read only the secrets of its task definitions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.ecs.containers import UnknownContainersError, containers_of
from terraform_gate.ecs.secret_sources import SecretSource, is_referenced, read_resources, source_of
from terraform_gate.finding import Finding, Severity
from terraform_gate.iam.principals import principals_of
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import ACCOUNT, ECS_TASKS, container, policy, task_definition, trust
from terraform_gate.rules.shared.resources import Resources, merge

_BASE = f"arn:aws:ssm:eu-central-1:{ACCOUNT}:parameter/airflow/dev"


_EXCEPTED = f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret:root-key-*"


def _task(*readable: str, more: Mapping[str, Any] | None = None) -> Resources:
    secrets = [{"name": "AIRFLOW_DB_PASSWORD", "valueFrom": f"{_BASE}/database-password"}]
    statement = {"Action": "ssm:GetParameters", "Resource": [f"{_BASE}/{name}" for name in readable]}
    statements = [statement, more] if more else [statement]
    own = {"name": "own", "role": "${aws_iam_role.worker.id}", "policy": policy(*statements)}
    return merge(
        trust(ECS_TASKS),
        {"aws_iam_role_policy": {"own": own}},
        task_definition(container(secrets=secrets), execution_role_arn="${aws_iam_role.worker.arn}"),
    )


class SecretExcess(Rule):
    """Execution roles that can read secrets of other components."""

    id = "AF_ECS_12"
    title = "An execution role can read only the secrets that its task definitions reference"
    severity = Severity.MEDIUM
    why = "Workers run code of every DAG author: that code must not be able to read the secrets of other components."
    remediation = "Grant each execution role the parameters of its own containers, by ARN."
    references = ()
    resource_types = ("aws_iam_role",)
    passing = (Example(title="its own parameter", resources=_task("database-password")),)
    failing = (
        Example(title="one parameter too many", resources=_task("database-password", "fernet-key")),
        Example(title="every parameter below the path", resources=_task("*")),
        Example(
            title="the path above the parameters",
            resources=_task("database-password", more={"Action": "ssm:GetParametersByPath", "Resource": _BASE}),
        ),
        Example(
            title="every secret but one",
            resources=_task(
                "database-password", more={"Action": "secretsmanager:GetSecretValue", "NotResource": _EXCEPTED}
            ),
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Compare every readable secret with those that the role's task definitions reference."""
        referenced: dict[str, list[SecretSource]] = defaultdict(list)
        for task in configuration.of_type("aws_ecs_task_definition"):
            role = configuration.find(task.get("execution_role_arn"))
            if role is None:
                continue
            try:
                values = [value for item in containers_of(task) for value in item.secrets.values()]
            except UnknownContainersError as error:
                yield Finding.unknown(role, f"{task.address}: {error}")
            else:
                referenced[role.key] += [source_of(value, configuration) for value in values]
        for principal in principals_of(configuration):
            if principal.resource.key in referenced:
                sources = referenced[principal.resource.key]
                excess = [
                    item
                    for item in dict.fromkeys(read_resources(principal))
                    if "*" in item or not is_referenced(item, sources, configuration)
                ]
                found = [
                    Finding.fail(principal.resource, f"can read {item}, which no container references")
                    for item in excess
                ]
                unknown = [Finding.unknown(principal.resource, text) for text in principal.unknown]
                yield from found or unknown or [Finding.pass_(principal.resource)]


rule = SecretExcess()
