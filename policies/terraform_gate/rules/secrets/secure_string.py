"""AF_SECRET_2: parameters that hold secrets are encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.ecs.secret_shapes import is_secret_name
from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.resources import Resources
from terraform_gate.terraform_resource import Resource


def _parameter(name: str, kind: str) -> Resources:
    body = {"name": name, "type": kind, "value_wo": "made elsewhere", "value_wo_version": 1}
    return {"aws_ssm_parameter": {"it": body}}


class UnencryptedSecretParameter(Rule):
    """Parameters with the name of a secret and a type that is stored in plain text."""

    id = "AF_SECRET_2"
    title = "A parameter with the name of a secret is a SecureString"
    severity = Severity.HIGH
    why = (
        "AWS stores String and StringList parameters in plain text: ssm:GetParameter alone reads them, "
        "without permission on a KMS key."
    )
    remediation = 'Set type = "SecureString" and key_id, or rename the parameter if it holds no secret.'
    references = ("CKV_AWS_337", "trivy AVD-AWS-0098")
    resource_types = ("aws_ssm_parameter",)
    passing = (
        Example(title="encrypted", resources=_parameter("/airflow/dev/fernet-key", "SecureString")),
        Example(title="not a secret", resources=_parameter("/airflow/dev/region", "String")),
        Example(title="the ARN of a secret", resources=_parameter("/airflow/dev/secret-arn", "String")),
    )
    failing = (
        Example(title="a key in plain text", resources=_parameter("/airflow/dev/fernet-key", "String")),
        Example(title="passwords in a list", resources=_parameter("/airflow/dev/db/password", "StringList")),
        Example(
            title="a parameter below a path named secret", resources=_parameter("/airflow/dev/secret/broker", "String")
        ),
    )

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Compare the name with the type."""
        name, kind = resource.get("name"), resource.get("type")
        if not is_secret_name(str(name).upper().replace("-", "_").replace("/", "_")):
            return
        if not is_known(kind):
            yield Finding.unknown(resource, f"the type of {name} is not known before the apply")
        elif kind != "SecureString":
            yield Finding.fail(resource, f"{name} has type {kind}, not SecureString")


rule = UnencryptedSecretParameter()
