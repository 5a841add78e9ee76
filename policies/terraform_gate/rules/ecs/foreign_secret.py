"""AF_ECS_19: a task role reads no secret of another task definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.ecs.foreign_secrets import InjectedSecrets
from terraform_gate.finding import Finding, Severity
from terraform_gate.iam.identities import Identity, identities_of
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import ACCOUNT, ECS_TASKS, container, policy, task_definition, trust
from terraform_gate.rules.shared.network_examples import security_group, vpc
from terraform_gate.rules.shared.resources import Resources, merge

_BASE = f"arn:aws:ssm:eu-central-1:{ACCOUNT}:parameter/airflow/dev"
_VAULT = f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret"
_MOST = 3
"""Findings about one role: a wildcard can cover hundreds of secrets."""


def _tasks(
    statement: Mapping[str, Any], *more: Mapping[str, Any], sources: Mapping[str, str] | None = None
) -> Resources:
    """The worker, whose task role has the statements, and the scheduler with its secrets."""
    listed = sources or {"scheduler": f"{_BASE}/fernet-key", "worker": f"{_BASE}/broker-password"}
    own = {"name": "own", "role": "${aws_iam_role.worker.id}", "policy": policy(statement, *more)}
    tasks = [
        task_definition(
            container(name=name, secrets=[{"name": "AIRFLOW_SECRET", "valueFrom": value}]),
            name=name,
            task_role_arn="${aws_iam_role.worker.arn}" if name == "worker" else f"arn:aws:iam::{ACCOUNT}:role/{name}",
        )
        for name, value in listed.items()
    ]
    return merge(trust(ECS_TASKS), {"aws_iam_role_policy": {"own": own}}, *tasks)


def _parameters(*names: str, action: str = "ssm:GetParameter") -> Mapping[str, Any]:
    return {"Action": action, "Resource": [f"{_BASE}/{name}" for name in names]}


class ForeignSecret(Rule):
    """Task roles that can read secrets of other task definitions."""

    id = "AF_ECS_19"
    title = "A task role cannot read secrets of other task definitions"
    severity = Severity.HIGH
    why = (
        "Code in the containers has the task role. A worker that can read the Fernet key of the scheduler decrypts "
        "every connection."
    )
    remediation = "Limit the task role to the secrets that its own containers reference, or to its own path."
    references = ()
    resource_types = ("aws_iam_role",)
    passing = (
        Example(title="its own parameter", resources=_tasks(_parameters("broker-password"))),
        Example(title="a path that no other container uses", resources=_tasks(_parameters("connections/*"))),
        Example(
            title="every parameter below the path but those of the scheduler",
            resources=_tasks(_parameters("*"), {**_parameters("fernet-key", action="ssm:*"), "Effect": "Deny"}),
        ),
        Example(
            title="a secret that both containers reference",
            resources=_tasks(
                _parameters("fernet-key"),
                sources={"scheduler": f"{_BASE}/fernet-key", "worker": f"{_BASE}/fernet-key"},
            ),
        ),
    )
    failing = (
        Example(title="the parameter of the scheduler", resources=_tasks(_parameters("fernet-key"))),
        Example(title="every parameter below the path", resources=_tasks(_parameters("*", action="ssm:Get*"))),
        Example(
            title="the path, in spite of a Deny for the parameter",
            resources=_tasks(
                {"Action": "ssm:GetParametersByPath", "Resource": _BASE},
                {**_parameters("fernet-key", action="ssm:GetParameter"), "Effect": "Deny"},
            ),
        ),
        Example(
            title="every secret but one",
            resources=_tasks(
                {"Action": "secretsmanager:GetSecretValue", "NotResource": f"{_VAULT}:root-*"},
                sources={"scheduler": f"{_VAULT}:fernet-key-a1b2c3:key::", "worker": f"{_VAULT}:broker-d4e5f6"},
            ),
        ),
        Example(
            title="the path of another component",
            resources=merge(
                _tasks(_parameters("scheduler/*")),
                vpc(),
                *(security_group(name, tags={"airflow-fargate:place": name}) for name in ("worker", "scheduler")),
            ),
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Ask the decision engine about every secret of another task definition."""
        secrets = InjectedSecrets(configuration)
        for identity in identities_of(configuration) if secrets.tasks else ():
            if identity.resource.key in secrets.tasks:
                yield from _evaluate(identity, secrets)


def _evaluate(identity: Identity, secrets: InjectedSecrets) -> list[Finding]:
    role, own = identity.resource, [task.address for task in secrets.tasks[identity.resource.key]]
    unread = [f"{address}: {secrets.unread[address]}" for address in own if address in secrets.unread]
    report = Finding.unknown if unread else Finding.fail
    found = [
        f"can read {item.source.value} of {item.task.address}" for item in islice(secrets.foreign(identity), _MOST)
    ]
    found += [f"can read {resource}, the path of {name}" for resource, name in secrets.foreign_paths(identity)]
    if found:
        return [report(role, text) for text in dict.fromkeys(found)]
    unknown = list(dict.fromkeys(secrets.undecided(identity)))
    return [Finding.unknown(role, text) for text in unknown[:_MOST]] or [Finding.pass_(role)]


rule = ForeignSecret()
