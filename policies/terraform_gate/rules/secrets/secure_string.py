"""AF_SECRET_2: a parameter that holds a secret is encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.ecs.secret_shapes import is_secret_name
from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import Resources
from terraform_gate.terraform_resource import Resource


def _parameter(name: str, kind: str) -> Resources:
    body = {"name": name, "type": kind, "value_wo": "made elsewhere", "value_wo_version": 1}
    return {"aws_ssm_parameter": {"it": body}}


class SecretString(Rule):
    """Parameters whose name speaks of a secret, in the types that AWS keeps in plain text."""

    id = "AF_SECRET_2"
    title = "A parameter with a secret's name is a SecureString"
    severity = Severity.HIGH
    why = "AWS keeps String and StringList in plain text: ssm:GetParameter is enough, and no key has to agree."
    remediation = (
        'Set type = "SecureString" and key_id; give a parameter that holds no secret a name that says what it is.'
    )
    references = ("CKV_AWS_337", "trivy AVD-AWS-0098")
    resource_types = ("aws_ssm_parameter",)
    passing = (
        Example(title="encrypted", resources=_parameter("/airflow/dev/fernet-key", "SecureString")),
        Example(title="no secret", resources=_parameter("/airflow/dev/region", "String")),
        Example(title="where a secret is", resources=_parameter("/airflow/dev/secret-arn", "String")),
    )
    failing = (
        Example(title="a key in plain text", resources=_parameter("/airflow/dev/fernet-key", "String")),
        Example(title="passwords in a list", resources=_parameter("/airflow/dev/db/password", "StringList")),
        Example(
            title="a password below its database's folder", resources=_parameter("/airflow/dev/secret/broker", "String")
        ),
    )

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Hold the name against the type."""
        name, kind = resource.get("name"), resource.get("type")
        if not is_secret_name(str(name).upper().replace("-", "_").replace("/", "_")):
            return
        if not is_known(kind):
            yield Finding.unknown(resource, f"the type of {name} is not known before the apply")
        elif kind != "SecureString":
            yield Finding.fail(resource, f"{name} is a {kind}")


rule = SecretString()
