"""AF_ECS_11: the execution role can read every secret of its task definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from terraform_gate.configuration import Configuration
from terraform_gate.ecs.containers import Container, UnknownContainersError, containers_of
from terraform_gate.ecs.secret_sources import may_decrypt, may_read, source_of
from terraform_gate.finding import Finding, Severity
from terraform_gate.iam.principals import Principal, principals_of
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import ECS_TASKS, container, policy, task_definition, trust
from terraform_gate.rules.shared.resources import Resources, merge

_PARAMETER = "${aws_ssm_parameter.fernet.arn}"
_KEY = "${aws_kms_key.main.arn}"


def _task(*statements: Mapping[str, object]) -> Resources:
    parameter = {"name": "/airflow/dev/fernet-key", "type": "SecureString", "key_id": _KEY, "value_wo_version": 1}
    secrets = [{"name": "AIRFLOW__CORE__FERNET_KEY", "valueFrom": _PARAMETER}]
    own = {"name": "own", "role": "${aws_iam_role.worker.id}", "policy": policy(*statements)}
    return merge(
        {"aws_kms_key": {"main": {"description": "Airflow"}}},
        {"aws_ssm_parameter": {"fernet": {**parameter, "value_wo": "made elsewhere"}}},
        trust(ECS_TASKS),
        {"aws_iam_role_policy": {"own": own}} if statements else {},
        task_definition(container(secrets=secrets), execution_role_arn="${aws_iam_role.worker.arn}"),
    )


_READS = {"Action": "ssm:GetParameters", "Resource": _PARAMETER}
_DECRYPTS = {"Action": "kms:Decrypt", "Resource": _KEY}


class UnreadableSecret(Rule):
    """Secrets that the execution role is not allowed to read or decrypt."""

    id = "AF_ECS_11"
    title = "The execution role can read and decrypt every secret of its containers"
    severity = Severity.HIGH
    why = "ECS resolves secrets before it starts the container: without the permission the service never starts."
    remediation = "Grant ssm:GetParameters (secretsmanager:GetSecretValue) on the secret, and kms:Decrypt on its key."
    references = ()
    resource_types = ("aws_ecs_task_definition",)
    passing = (
        Example(title="reads and decrypts", resources=_task(_READS, _DECRYPTS)),
        Example(title="no secrets", resources=task_definition(container())),
    )
    failing = (
        Example(title="no permission", resources=_task()),
        Example(title="permission to read, not to decrypt", resources=_task(_READS)),
        Example(
            title="permission for a different parameter",
            resources=_task({**_READS, "Resource": "arn:aws:ssm:*:*:parameter/airflow/prod/*"}, _DECRYPTS),
        ),
        Example(
            title="permission for ssm:GetParameter only",
            resources=_task({**_READS, "Action": "ssm:GetParameter"}, _DECRYPTS),
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Compare every valueFrom with the execution role's policies."""
        principals = {item.resource.key: item for item in principals_of(configuration)}
        for task in configuration.of_type(*self.resource_types):
            try:
                containers = [item for item in containers_of(task) if item.secrets]
            except UnknownContainersError as error:
                yield Finding.unknown(task, str(error))
                continue
            role = configuration.find(task.get("execution_role_arn"))
            principal = principals.get(role.key) if role else None
            if not containers:
                yield Finding.pass_(task)
            elif principal is None:
                yield Finding.unknown(
                    task, f"the execution role {task.get('execution_role_arn')} is not in the configuration"
                )
            else:
                yield from _evaluate(containers, principal, configuration) or [Finding.pass_(task)]


def _evaluate(containers: list[Container], principal: Principal, configuration: Configuration) -> list[Finding]:
    found = []
    for item in containers:
        for name, value in item.secrets.items():
            source = source_of(value, configuration)
            reads = may_read(principal, source, configuration)
            if reads and may_decrypt(principal, source, configuration):
                continue
            lack = f"kms:Decrypt on {source.key}" if reads else f"{source.action} on {source.value}"
            message = f"container {item.name}: {name}: {principal.resource.address} lacks {lack}"
            report = Finding.unknown if principal.unknown else Finding.fail
            found.append(report(item.task, message))
    return found


rule = UnreadableSecret()
