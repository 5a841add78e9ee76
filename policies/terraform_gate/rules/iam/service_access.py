"""AF_ACCESS_2: a service uses a resource for this account only."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Severity
from terraform_gate.iam.documents import Statement
from terraform_gate.rule import Example
from terraform_gate.rules.shared.examples import ACCOUNT, Resources, policy
from terraform_gate.rules.shared.statement_rule import RESOURCE, StatementRule

_SOURCES = (
    *("aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "kms:CallerAccount", "kms:ViaService"),
    "kms:EncryptionContext:aws:logs:arn",
)
_DELIVERY = {"Principal": {"Service": "delivery.logs.amazonaws.com"}, "Action": "s3:PutObject"}


def _bucket(**condition: object) -> Resources:
    statement = {**_DELIVERY, "Resource": "arn:aws:s3:::airflow-logs/*", **condition}
    return {"aws_s3_bucket_policy": {"logs": {"bucket": "airflow-logs", "policy": policy(statement)}}}


class ServiceAccess(StatementRule):
    """Services that may use a resource, whoever they act for."""

    id = "AF_ACCESS_2"
    title = "A resource policy that allows a service says for which account or resource"
    severity = Severity.MEDIUM
    why = "The service acts for everybody: from another account it writes into this bucket or uses this key."
    remediation = 'Condition: {"StringEquals": {"aws:SourceAccount": "<account>"}}, or ArnLike on aws:SourceArn.'
    references = ("Prowler s3_bucket_cross_account_access",)
    documents = RESOURCE
    passing = (
        Example(title="for one account", resources=_bucket(Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}})),
    )
    failing = (
        Example(title="for anybody", resources=_bucket()),
        Example(
            title="for any account",
            resources=_bucket(Condition={"StringLike": {"aws:SourceAccount": "*"}}),
        ),
    )

    def violations(self, statement: Statement) -> Iterator[str]:
        """Look for services without a source. A load balancer's log delivery sends none, so none is asked of it."""
        limited = [value for value in statement.condition(*_SOURCES) if value.strip("*:arnws")]
        for service in statement.principals.get("Service", ()) if statement.allows and not limited else ():
            if not service.startswith("logdelivery.elasticloadbalancing"):
                yield f"allows {service} for any account"


rule = ServiceAccess()
