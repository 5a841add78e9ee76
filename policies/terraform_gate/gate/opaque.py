"""Reports resources that make changes in AWS which no rule can see."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.gate.outcome import RuleCard
from terraform_gate.terraform_resource import Resource

OPAQUE_CARD = RuleCard(
    id="AF_OPAQUE_1",
    title="Every change that the configuration makes is described by resources that rules can read",
    severity=Severity.MEDIUM,
    remediation="Write the resource with the AWS provider, or accept the resource with a waiver.",
    why="A provisioner, a CloudFormation template or a Cloud Control resource can open what the rules keep closed.",
)
_TYPES = {
    "aws_cloudcontrolapi_resource": "a Cloud Control resource",
    "aws_cloudformation_stack": "a CloudFormation template",
    "aws_cloudformation_stack_set": "a CloudFormation template",
    "aws_lambda_invocation": "the result of a Lambda function",
    "aws_ssm_association": "an SSM document that runs on instances",
    "external": "a program that runs during the plan",
}


def opaque_findings(configuration: Configuration) -> Iterator[Finding]:
    """Yield an ``unknown`` for each resource whose effect no rule can read."""
    for resource in configuration.resources.values():
        if reason := _reason(resource):
            yield Finding.unknown(resource, f"{reason} is not read by any rule")


def _reason(resource: Resource) -> str:
    if resource.body.get("provisioner"):
        return "a provisioner, which runs a program,"
    if resource.type.startswith("awscc_"):
        return "a resource of the provider awscc"
    return _TYPES.get(resource.type, "")
