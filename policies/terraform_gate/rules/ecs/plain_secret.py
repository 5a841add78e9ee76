"""AF_ECS_4: task definitions contain no plain-text secrets."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.ecs.containers import Container
from terraform_gate.ecs.secret_shapes import secret_reasons
from terraform_gate.finding import Severity
from terraform_gate.rule import Example
from terraform_gate.rules.shared.container_rule import ContainerRule
from terraform_gate.rules.shared.examples import ACCOUNT, container, task_definition
from terraform_gate.terraform_resource import items

_PARAMETER = f"arn:aws:ssm:eu-central-1:{ACCOUNT}:parameter/airflow/dev/fernet-key"


def _variable(name: str, value: str) -> Example:
    listed = [{"name": name, "value": value}]
    return Example(title=f"{name} in plain text", resources=task_definition(container(environment=listed)))


class PlainSecret(ContainerRule):
    """Secrets in environment variables, commands or log options."""

    id = "AF_ECS_4"
    title = "No container definition contains a secret in plain text"
    severity = Severity.CRITICAL
    why = "Task definitions are stored indefinitely, and everyone with ecs:DescribeTaskDefinition can read them."
    remediation = "Store the value in Parameter Store and reference it under `secrets`."
    references = (
        "FSBP ECS.8",
        "cdk-nag AwsSolutions-ECS2",
        "trivy AVD-AWS-0036",
        "Prowler ecs_task_definitions_no_environment_secrets",
    )
    passing = (
        Example(
            title="a reference, and variables that are not secrets",
            resources=task_definition(
                container(
                    environment=[
                        {"name": "AIRFLOW__SECRETS__BACKEND", "value": "airflow.Backend"},
                        {"name": "AIRFLOW_SECRET_VERSIONS", "value": "fernet-key:1"},
                        {"name": "AIRFLOW_DB_USER", "value": "airflow"},
                    ],
                    secrets=[{"name": "AIRFLOW__CORE__FERNET_KEY", "valueFrom": _PARAMETER}],
                )
            ),
        ),
    )
    failing = (
        _variable("AIRFLOW_DB_PASSWORD", "hunter2hunter2"),
        _variable("AIRFLOW__CORE__FERNET_KEY", "q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80="),
        _variable("UPSTREAM", "postgresql://airflow:hunter2@db.example.com/airflow"),
        _variable("HELPER", "AKIAABCDEFGHIJKLMNOP"),
        Example(
            title="a password in the command",
            resources=task_definition(container(command=["worker", "redis://:hunter2@broker.example.com:6379/0"])),
        ),
    )

    def violations(self, container: Container) -> Iterator[str]:
        """Check environment variables, command, entry point and log options."""
        for name, value in container.environment.items():
            yield from secret_reasons(name, value)
        for part in ("command", "entryPoint"):
            for word in items(container.body.get(part)):
                yield from secret_reasons(part, word)
        for name, value in container.log_options.items():
            yield from secret_reasons(f"log option {name}", value)


rule = PlainSecret()
