"""AF_IAM_12: no broad AWS-managed policy is attached."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.iam.principals import principals_of
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import ECS_TASKS, trust
from terraform_gate.rules.shared.resources import Resources, merge

_BROAD = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess", "SystemAdministrator", "DatabaseAdministrator")


def _attached(name: str) -> Resources:
    arn = f"arn:aws:iam::aws:policy/{name}"
    body = {"role": "${aws_iam_role.worker.name}", "policy_arn": arn}
    return merge(trust(ECS_TASKS), {"aws_iam_role_policy_attachment": {"worker": body}})


class BroadManagedPolicy(Rule):
    """Attachments of AdministratorAccess, PowerUserAccess, IAMFullAccess, `*FullAccess` and similar policies."""

    id = "AF_IAM_12"
    title = "No AWS-managed policy with full access to a service is attached"
    severity = Severity.HIGH
    why = (
        "AWS extends its managed policies when a service gets new actions, and they are not limited to "
        "the resources of this application."
    )
    remediation = "Write a policy with the actions and ARNs in use. AWS's service-role policies are accepted."
    references = (
        "cdk-nag AwsSolutions-IAM4",
        "Prowler iam_aws_attached_policy_no_administrative_privileges",
        "CKV_AWS_274",
    )
    resource_types = ("aws_iam_role", "aws_iam_user", "aws_iam_group")
    passing = (
        Example(title="a service-role policy", resources=_attached("service-role/AmazonECSTaskExecutionRolePolicy")),
    )
    failing = (
        Example(title="AdministratorAccess", resources=_attached("AdministratorAccess")),
        Example(title="AmazonS3FullAccess", resources=_attached("AmazonS3FullAccess")),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Check every attachment of every principal."""
        for principal in principals_of(configuration):
            broad = [name for name in principal.managed if name in _BROAD or name.endswith("FullAccess")]
            yield from [Finding.fail(principal.resource, f"{name} is attached") for name in broad] or [
                Finding.pass_(principal.resource)
            ]


rule = BroadManagedPolicy()
