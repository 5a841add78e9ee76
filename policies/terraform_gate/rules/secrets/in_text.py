"""AF_SECRET_4: no secret value reaches a text that people and other programs read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.ecs.secret_shapes import is_secret_name
from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import is_known
from terraform_gate.reading.settings import OUTPUT
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import container, task_definition
from terraform_gate.terraform_resource import Resource, Secret

_TEXTS = frozenset(
    {
        *("tags", "tags_all", "labels", "metadata", "name", "description", "comment", "annotations"),
        *("user_data", "user_data_base64", "custom_data", "command", "health_check", "input", "content"),
        *("environment", "environment_variables", "environment_variable", "container_definitions", "definition"),
        *("container_properties", "default_arguments", "template_body", "dashboard_body", "log_configuration"),
        *(
            "parameters",
            "variables",
            "stage_variables",
            "setting",
            "arguments",
            "runtime_environment_variables",
            "body",
        ),
    }
)
"""Arguments, at any depth, whose values APIs and consoles show without a permission for secrets."""
_SENSITIVE = {"variable": {"password": {"type": "string", "sensitive": True, "default": "hunter2hunter2"}}}
_PARAMETER = {"data": {"aws_ssm_parameter": {"password": {"name": "/airflow/db/password"}}}}
_NOT_PLANNED = "a plan hides where its values come from"


def _health_check(value: str) -> Mapping[str, Any]:
    return task_definition(container(healthCheck={"command": ["CMD", "pg_isready", "-d", value]}))


def _example(title: str, resources: Mapping[str, Any], extra: Mapping[str, Any] = _SENSITIVE) -> Example:
    return Example(title=title, resources=resources, extra=extra, not_plannable_because=_NOT_PLANNED)


class SecretInText(Rule):
    """Follows sensitive variables, generated passwords, and the values of parameters and secrets into texts.

    Arguments for secrets (``password``, ``secret_string``) belong to AF_SECRET_1. A plan hides the sources of its
    values: the rule evaluates configurations.
    """

    id = "AF_SECRET_4"
    title = "No secret value reaches tags, labels, user data, commands, environment variables or outputs"
    severity = Severity.CRITICAL
    why = (
        "Everyone who may describe the resource, or read the state that another stack reads, has the secret. "
        "`sensitive = true` hides a value in the output of Terraform, and nowhere else."
    )
    remediation = (
        "Pass the name or the ARN of the secret, and let the program read it. Read a parameter of type String through "
        "its attribute `insecure_value`."
    )
    references = ()
    resource_types = (
        *("aws_ecs_task_definition", "aws_instance", "aws_launch_template", "aws_lambda_function"),
        *("aws_codebuild_project", "aws_batch_job_definition", "aws_sfn_state_machine", "aws_cloudwatch_dashboard"),
        *("aws_s3_object", OUTPUT),
    )
    passing = (
        _example("an ephemeral value", _health_check("${ephemeral.aws_ssm_parameter.password.value}"), {}),
        _example("the name of a parameter", _health_check("${data.aws_ssm_parameter.password.name}"), _PARAMETER),
    )
    failing = (
        _example("a sensitive variable in a health check", _health_check("postgres://airflow:${var.password}@db")),
        _example(
            "a generated password in a label",
            task_definition(container(dockerLabels={"password": "${random_password.db.result}"})),
            {},
        ),
        _example(
            "a parameter in user data",
            {
                "aws_instance": {
                    "host": {
                        "ami": "ami-0a1b2c3d",
                        "instance_type": "t4g.micro",
                        "user_data": "curl -u airflow:${data.aws_ssm_parameter.password.value} https://example.com",
                    }
                }
            },
            _PARAMETER,
        ),
        _example(
            "a parameter in plain text",
            {
                "aws_ssm_parameter": {
                    "url": {"name": "/app/url", "type": "String", "value": "postgres://airflow:${var.password}@db"}
                }
            },
        ),
        _example(
            "a parameter of a CloudFormation stack",
            {
                "aws_cloudformation_stack": {
                    "a": {"name": "a", "template_url": "https://example.com/a", "parameters": {"P": "${var.password}"}}
                }
            },
        ),
        _example(
            "an output that claims not to be sensitive",
            {},
            {"output": {"password": {"value": "${nonsensitive(random_password.db.result)}"}}},
        ),
        _example(
            "an output", {}, {**_SENSITIVE, "output": {"url": {"value": "postgres://airflow:${var.password}@db"}}}
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Evaluate every resource that has a secret, the resources of the listed types, and the outputs."""
        outputs = [item for stack in configuration.stacks for item in stack.settings if item.type == OUTPUT]
        for resource in (*configuration.resources.values(), *outputs):
            if resource.is_planned or resource.is_data:
                continue
            found = tuple(item for secret in _in_texts(resource) for item in _finding(resource, secret, configuration))
            if found or resource.type in self.resource_types:
                yield from found or (Finding.pass_(resource),)


def _in_texts(resource: Resource) -> Iterator[Secret]:
    for secret in resource.secrets:
        names = {step.lower() for step in secret.path}
        is_plain = resource.type == "aws_ssm_parameter" and resource.get("type") in {"String", "StringList"}
        if resource.type == OUTPUT or is_plain or (names & _TEXTS and not any(name.endswith("_wo") for name in names)):
            yield secret


def _finding(resource: Resource, secret: Secret, configuration: Configuration) -> Iterator[Finding]:
    where = ".".join(secret.path) or "value"
    if "aws_ssm_parameter" not in secret.source:
        yield Finding.fail(resource, f"{where} contains the secret {secret.source}")
        return
    parameter = _parameter(resource, secret, configuration)
    known = parameter.get("name") if parameter else None
    name = str(known) if known and is_known(known) else secret.source.partition(".value")[0].rpartition(".")[2]
    is_plain = parameter is not None and parameter.get("type") in {"String", "StringList"}
    if is_secret_name(name.replace("/", "_").replace("-", "_")):
        yield Finding.fail(resource, f"{where} contains the secret {secret.source}")
    elif not is_plain and not name.startswith("/aws/service/"):
        reason = "may be a secret. Fix: read a parameter of type String by insecure_value"
        yield Finding.unknown(resource, f"{where} contains {secret.source}, which {reason}")


def _parameter(resource: Resource, secret: Secret, configuration: Configuration) -> Resource | None:
    """Return the parameter or the data source that an argument contains."""
    local = secret.source.partition(".value")[0].removeprefix("data.")
    module = resource.address.partition(f"{resource.type}.")[0] if resource.type != OUTPUT else ""
    candidates = (f"{resource.stack}//{module}{prefix}{local}" for prefix in ("data.", ""))
    return next((configuration.resources[key] for key in candidates if key in configuration.resources), None)


rule = SecretInText()
