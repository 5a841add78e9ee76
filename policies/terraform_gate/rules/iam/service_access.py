"""AF_ACCESS_2: a resource policy that allows a service limits the account or resource that the service acts for."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Severity
from terraform_gate.iam.statement import Statement
from terraform_gate.rule import Example
from terraform_gate.rules.shared.examples import ACCOUNT, policy
from terraform_gate.rules.shared.resource_policy_rule import ResourcePolicyRule
from terraform_gate.rules.shared.resources import Resources

_SOURCES = (
    *("aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "kms:CallerAccount"),
    "kms:EncryptionContext:aws:logs:arn",
)
_DELIVERY = {"Principal": {"Service": "delivery.logs.amazonaws.com"}, "Action": "s3:PutObject"}


def _bucket(**condition: object) -> Resources:
    statement = {**_DELIVERY, "Resource": "arn:aws:s3:::airflow-logs/*", **condition}
    return {"aws_s3_bucket_policy": {"logs": {"bucket": "airflow-logs", "policy": policy(statement)}}}


class UnrestrictedServiceAccess(ResourcePolicyRule):
    """Resource policies that allow a service principal without a source condition."""

    id = "AF_ACCESS_2"
    title = "A resource policy that allows a service limits the account or resource that the service acts for"
    severity = Severity.MEDIUM
    why = (
        "An AWS service acts for every customer: on behalf of another account it can write to this "
        "bucket or use this key."
    )
    remediation = 'Add the condition {"StringEquals": {"aws:SourceAccount": "<account>"}}, or ArnLike on aws:SourceArn.'
    references = ("Prowler s3_bucket_cross_account_access",)
    passing = (
        Example(
            title="limited to one account",
            resources=_bucket(Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
        ),
    )
    failing = (
        Example(
            title="a queue with its policy inline, for every account's topics",
            resources={
                "aws_sqs_queue": {
                    "jobs": {
                        "policy": policy(
                            {
                                "Principal": {"Service": "sns.amazonaws.com"},
                                "Action": "sqs:SendMessage",
                                "Resource": "*",
                                "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}},
                            }
                        )
                    }
                }
            },
        ),
        Example(title="no condition", resources=_bucket()),
        Example(
            title="a wildcard account",
            resources=_bucket(Condition={"StringLike": {"aws:SourceAccount": "*"}}),
        ),
    )

    def violations_in(self, statement: Statement, accounts: frozenset[str]) -> Iterator[str]:
        """Find service principals without a condition that names an own account or a resource of it.

        Log delivery of load balancers sends no source, so none is required.
        """
        limited = statement.is_narrowed_by(*_SOURCES, accounts=accounts) or statement.condition("kms:ViaService")
        for service in statement.principals.get("Service", ()) if statement.allows and not limited else ():
            if not service.startswith("logdelivery.elasticloadbalancing"):
                yield f"allows {service} for any account"

    def violations(self, statement: Statement) -> Iterator[str]:
        """Find them in a stack that does not state its account."""
        return self.violations_in(statement, frozenset())


rule = UnrestrictedServiceAccess()
