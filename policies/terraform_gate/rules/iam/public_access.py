"""AF_ACCESS_1: no resource policy allows public access."""

from __future__ import annotations

import json
from collections.abc import Iterator

from terraform_gate.finding import Severity
from terraform_gate.iam.statement import Statement
from terraform_gate.rule import Example
from terraform_gate.rules.shared.examples import ACCOUNT, policy
from terraform_gate.rules.shared.resource_policy_rule import ResourcePolicyRule
from terraform_gate.rules.shared.resources import Resources

_IDENTIFYING = (
    *("aws:PrincipalArn", "aws:PrincipalOrgID", "aws:PrincipalAccount", "aws:SourceAccount", "aws:SourceArn"),
    *("aws:SourceVpc", "aws:SourceVpce", "kms:CallerAccount", "aws:SourceOrgID"),
)
_ACCOUNT_PART = 4
_READ = {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::airflow-logs/*"}


def _bucket(*statements: dict[str, object]) -> Resources:
    return {"aws_s3_bucket_policy": {"logs": {"bucket": "airflow-logs", "policy": policy(*statements)}}}


class PublicResourcePolicy(ResourcePolicyRule):
    """Resource policies that allow every principal."""

    id = "AF_ACCESS_1"
    title = "No resource policy allows public access"
    severity = Severity.CRITICAL
    why = "A resource policy with `Principal: *` and no limiting condition gives access to every AWS account."
    remediation = "Name the principals, or add a condition on account, organization, VPC or VPC endpoint."
    references = (
        "CKV_AWS_70",
        "CKV_AWS_33",
        "FSBP S3.2",
        "trivy AVD-AWS-0092",
        "Prowler s3_bucket_policy_public_write_access",
    )
    passing = (
        Example(
            title="one account", resources=_bucket({**_READ, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}})
        ),
        Example(title="a Deny for every principal", resources=_bucket({**_READ, "Effect": "Deny", "Principal": "*"})),
        Example(
            title="every principal in one VPC",
            resources=_bucket(
                {**_READ, "Principal": "*", "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-0a1b2c3d"}}}
            ),
        ),
    )
    failing = (
        Example(
            title="a topic with its policy inline",
            resources={
                "aws_sns_topic": {
                    "alarms": {"policy": policy({"Principal": "*", "Action": "sns:Publish", "Resource": "*"})}
                }
            },
        ),
        Example(
            title="a log destination for every account",
            resources={
                "aws_cloudwatch_log_destination_policy": {
                    "logs": {
                        "destination_name": "logs",
                        "access_policy": policy(
                            {"Principal": {"AWS": "*"}, "Action": "logs:PutSubscriptionFilter", "Resource": "*"}
                        ),
                    }
                }
            },
        ),
        Example(
            title="a policy in an argument that no rule names",
            resources={
                "aws_cloudformation_stack": {
                    "queue": {
                        "name": "queue",
                        "template_body": json.dumps(
                            {
                                "Resources": {
                                    "Policy": {
                                        "Type": "AWS::SQS::QueuePolicy",
                                        "Properties": {
                                            "PolicyDocument": json.loads(
                                                policy({"Principal": "*", "Action": "sqs:*", "Resource": "*"})
                                            )
                                        },
                                    }
                                }
                            }
                        ),
                    }
                }
            },
        ),
        Example(title="every principal", resources=_bucket({**_READ, "Principal": "*"})),
        Example(title="every account", resources=_bucket({**_READ, "Principal": {"AWS": "*"}})),
        Example(
            title="every principal, over TLS only",
            resources=_bucket({**_READ, "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}),
        ),
        Example(
            title="a principal ARN pattern for any account",
            resources=_bucket(
                {
                    **_READ,
                    "Principal": "*",
                    "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/reader"}},
                }
            ),
        ),
        Example(
            title="a role of every account",
            resources=_bucket({**_READ, "Principal": {"AWS": "arn:aws:iam::*:role/reader"}}),
        ),
        Example(
            title="a KMS key for every principal",
            resources={
                "aws_kms_key": {"main": {"policy": policy({"Principal": "*", "Action": "kms:*", "Resource": "*"})}}
            },
        ),
    )

    def violations_in(self, statement: Statement, accounts: frozenset[str]) -> Iterator[str]:
        """Find wildcard principals."""
        if statement.allows and not statement.is_narrowed_by(*_IDENTIFYING, accounts=accounts):
            for kind, values in statement.principals.items():
                yield from (f"allows {kind} {value}" for value in values if value == "*" or _is_any_account(value))

    def violations(self, statement: Statement) -> Iterator[str]:
        """Find them in a stack that does not state its account."""
        return self.violations_in(statement, frozenset())


def _is_any_account(value: str) -> bool:
    """Whether the account in a principal's ARN contains a wildcard, so that the ARN names no account."""
    parts = value.split(":")
    account = parts[_ACCOUNT_PART] if value.startswith("arn:") and len(parts) > _ACCOUNT_PART else ""
    return any(sign in account for sign in "*?")


rule = PublicResourcePolicy()
