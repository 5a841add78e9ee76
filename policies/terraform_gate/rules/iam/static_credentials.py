"""AF_IAM_13: Terraform creates no long-lived credentials."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Finding, Severity
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import ECS_TASKS, trust
from terraform_gate.terraform_resource import Resource


class StaticCredentials(Rule):
    """Access keys and console passwords that Terraform creates."""

    id = "AF_IAM_13"
    title = "Terraform creates no access keys and no console passwords"
    severity = Severity.HIGH
    why = "The secret is stored in the state file, never expires and works from everywhere."
    remediation = "Let people and CI assume roles (IAM Identity Center, OIDC)."
    references = ("FSBP IAM.3", "Prowler iam_user_with_temporary_credentials", "CKV_AWS_273")
    resource_types = ("aws_iam_access_key", "aws_iam_user_login_profile", "aws_iam_role")
    passing = (Example(title="a role", resources=trust(ECS_TASKS)),)
    failing = (
        Example(title="an access key", resources={"aws_iam_access_key": {"ci": {"user": "ci"}}}),
        Example(title="a console password", resources={"aws_iam_user_login_profile": {"ci": {"user": "ci"}}}),
    )

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Fail every resource that is not a role."""
        if resource.type != "aws_iam_role":
            yield Finding.fail(resource, f"{resource.type} creates credentials of user {resource.get('user')}")


rule = StaticCredentials()
