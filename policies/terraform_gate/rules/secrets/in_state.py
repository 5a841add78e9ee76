"""AF_SECRET_1: no secret value is stored in plan or state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.resources import Resources
from terraform_gate.terraform_resource import Resource

ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "aws_db_instance": ("password",),
    "aws_rds_cluster": ("master_password",),
    "aws_elasticache_replication_group": ("auth_token",),
    "aws_elasticache_user": ("passwords",),
    "aws_secretsmanager_secret_version": ("secret_string", "secret_binary"),
    "aws_ssm_parameter": ("value", "insecure_value"),
    "aws_mq_broker": ("password",),
    "aws_redshift_cluster": ("master_password",),
    "aws_docdb_cluster": ("master_password",),
}
"""Arguments that Terraform stores in the state. Their write-only counterparts (`_wo`) are not stored."""
GENERATORS = frozenset({"random_password", "tls_private_key"})
"""Resource types that generate a secret and store it in the state."""


def _parameter(**settings: object) -> Resources:
    return {"aws_ssm_parameter": {"fernet": {"name": "/airflow/dev/fernet-key", "type": "SecureString", **settings}}}


def _database(**settings: object) -> Resources:
    body = {
        "engine": "postgres",
        "instance_class": "db.t4g.micro",
        "allocated_storage": 20,
        "username": "airflow",
        "skip_final_snapshot": True,
        **settings,
    }
    return {"aws_db_instance": {"metadata": body}}


class SecretInState(Rule):
    """Arguments that write a secret into plan and state."""

    id = "AF_SECRET_1"
    title = "No secret value is stored in plan or state"
    severity = Severity.CRITICAL
    why = (
        "The state file stores every argument in plain text, in every version; everyone who can run a plan can read it."
    )
    remediation = (
        "Use the write-only argument (password_wo, value_wo) with an ephemeral resource, or create the "
        "secret outside of Terraform."
    )
    references = ("trivy AVD-AWS-0098",)
    resource_types = (*ARGUMENTS, *GENERATORS)
    passing = (
        Example(title="a write-only argument", resources=_parameter(value_wo="made elsewhere", value_wo_version=1)),
        Example(title="a parameter without a secret", resources=_parameter(type="String", value="eu-central-1")),
        Example(title="RDS manages the password", resources=_database(manage_master_user_password=True)),
    )
    failing = (
        Example(title="a parameter value", resources=_parameter(value="q83vEjRWeJq8")),
        Example(title="a database password", resources=_database(password="hunter2hunter2")),  # noqa: S106
        Example(
            title="a password that Terraform generates",
            resources={"random_password": {"database": {"length": 32}}},
            not_plannable_because="it needs another provider",
        ),
    )

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Check the arguments that are stored in the state."""
        if resource.type in GENERATORS:
            yield Finding.fail(resource, f"{resource.type} stores the secret that it generates in the state")
        if (
            resource.type == "aws_ssm_parameter"
            and resource.get("type") != "SecureString"
            and is_known(resource.get("type"))
        ):
            return
        for name in ARGUMENTS.get(resource.type, ()):
            if resource.get(name):
                yield Finding.fail(resource, f"{name} is stored in the state")


rule = SecretInState()
