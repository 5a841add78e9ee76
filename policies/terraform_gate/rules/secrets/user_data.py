"""AF_SECRET_3: user data contains no secret in plain text."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.ecs.secret_shapes import secret_reasons
from terraform_gate.finding import Finding, Severity
from terraform_gate.rule import Example, Rule
from terraform_gate.terraform_resource import Resource

_ASSIGNMENT = re.compile(r"\b(\w+)\s*[=:]\s*\\?[\"']?([^\s\"'\\]+)")
_ARGUMENTS = ("user_data", "user_data_base64")


def _example(title: str, text: str) -> Example:
    body = {"ami": "ami-0a1b2c3d", "instance_type": "t4g.micro", "user_data": text}
    return Example(title=title, resources={"aws_instance": {"host": body}}, is_evaluated_on_plans=False)


class SecretInUserData(Rule):
    """Assignments of secrets in the start script of instances, as text or in Base64."""

    id = "AF_SECRET_3"
    title = "User data contains no secret in plain text"
    severity = Severity.CRITICAL
    why = (
        "Every process on the instance reads the user data from the metadata service, "
        "ec2:DescribeInstanceAttribute shows it, and it is stored in the state."
    )
    remediation = "Read the secret at start, from Secrets Manager or Parameter Store with the role of the instance."
    references = ("CKV_AWS_46", "trivy AVD-AWS-0029", "trivy AVD-AWS-0122", "Prowler ec2_instance_secrets_user_data")
    resource_types = ("aws_instance", "aws_launch_configuration", "aws_launch_template")
    passing = (
        _example("no secret", "#!/bin/sh\nexport REGION=eu-central-1\n"),
        _example(
            "a secret that the script reads",
            "#!/bin/sh\nexport DB_PASSWORD=$(aws ssm get-parameter --name /db --with-decryption)\n",
        ),
        _example("the name of a secret", "export DB_PASSWORD_NAME=/airflow/db/password\n"),
    )
    failing = (
        _example("a password", "#!/bin/sh\nexport DB_PASSWORD=hunter2hunter2\n"),
        _example(
            "a password in Base64", base64.b64encode(b"#!/bin/sh\nexport DB_PASSWORD='hunter2hunter2'\n").decode()
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Evaluate the instances of configurations: a plan contains only a hash of the user data."""
        for resource in configuration.of_type(*self.resource_types):
            if not resource.is_planned:
                yield from tuple(self.evaluate_resource(resource)) or (Finding.pass_(resource),)

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Search the assignments in every form of the user data."""
        for argument in _ARGUMENTS:
            text = _decoded(str(resource.get(argument, default="")))
            assigned = [match.groups() for match in _ASSIGNMENT.finditer(text)]
            plain = [(name, value) for name, value in assigned if not value.startswith(("$(", "`", "$"))]
            reasons = [reason for name, value in plain for reason in secret_reasons(name, value)]
            yield from (Finding.fail(resource, f"{argument}: {reason}") for reason in dict.fromkeys(reasons))


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return text


rule = SecretInUserData()
