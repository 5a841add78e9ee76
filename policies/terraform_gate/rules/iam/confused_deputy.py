"""AF_IAM_9: role trust in an AWS service is limited to an account or resource (confused deputy)."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Severity
from terraform_gate.iam.statement import Statement
from terraform_gate.rule import Example
from terraform_gate.rules.shared.examples import ACCOUNT, ECS_TASKS, trust
from terraform_gate.rules.shared.statement_rule import TRUST, StatementRule

SUPPORTING = frozenset(
    f"{name}.amazonaws.com"
    for name in (
        *(
            "ecs-tasks",
            "ecs",
            "vpc-flow-logs",
            "scheduler",
            "events",
            "monitoring.rds",
            "states",
            "backup",
            "codebuild",
        ),
        *(
            "codepipeline",
            "cloudtrail",
            "config",
            "sns",
            "logs",
            "firehose",
            "kinesis",
            "glue",
            "airflow",
            "airflow-env",
        ),
        *("bedrock", "dms", "datasync", "imagebuilder", "s3", "batchoperations.s3", "ssm", "transfer", "pipes"),
    )
)
"""Services that send aws:SourceAccount or aws:SourceArn when they assume a role, after each service's own user guide.
Roles that trust other services pass: a condition on a key that is never sent would lock the service out."""
_ONLY_HERE = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


class ConfusedDeputy(StatementRule):
    """Trust policies that allow a service principal without aws:SourceAccount, aws:SourceArn or aws:SourceOrgID."""

    id = "AF_IAM_9"
    title = "A role that trusts a service limits the account or resource that the service acts for"
    severity = Severity.MEDIUM
    why = (
        "An AWS service acts for every customer (confused deputy problem): a resource in another account "
        "can make the service assume this role."
    )
    remediation = 'Add the condition {"StringEquals": {"aws:SourceAccount": "<account>"}}, or ArnLike on aws:SourceArn.'
    references = (
        "Prowler iam_role_cross_service_confused_deputy_prevention",
        "Prowler iam_role_service_trust_restricts_source_to_account",
    )
    documents = TRUST
    passing = (
        Example(title="limited to one account", resources=trust(ECS_TASKS, condition=_ONLY_HERE)),
        Example(
            title="a service that does not send aws:SourceAccount", resources=trust({"Service": "lambda.amazonaws.com"})
        ),
    )
    failing = (
        Example(title="no condition", resources=trust(ECS_TASKS)),
        Example(
            title="an IfExists condition",
            resources=trust(ECS_TASKS, condition={"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}),
        ),
        Example(
            title="a wildcard account",
            resources=trust(ECS_TASKS, condition={"StringLike": {"aws:SourceAccount": "*"}}),
        ),
        Example(
            title="twelve question marks for an account",
            resources=trust(ECS_TASKS, condition={"StringLike": {"aws:SourceAccount": "????????????"}}),
        ),
        Example(
            title="every account's resources of a service",
            resources=trust(ECS_TASKS, condition={"ArnLike": {"aws:SourceArn": "arn:aws:ecs:*:*:*"}}),
        ),
    )

    def violations_in(self, statement: Statement, accounts: frozenset[str]) -> Iterator[str]:
        """Find service principals without a condition that names an own account or a resource of it."""
        limited = statement.is_narrowed_by("aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", accounts=accounts)
        services = statement.principals.get("Service", ()) if statement.allows and not limited else ()
        yield from (f"trusts {service} for any account" for service in services if service in SUPPORTING)

    def violations(self, statement: Statement) -> Iterator[str]:
        """Find them in a stack that does not state its account."""
        return self.violations_in(statement, frozenset())


rule = ConfusedDeputy()
