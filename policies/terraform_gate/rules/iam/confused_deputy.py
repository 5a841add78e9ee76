"""AF_IAM_9: a service acts for this account only."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Severity
from terraform_gate.iam.documents import Statement
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
Nothing is asked of roles that trust other services: a condition on a key that is never sent locks the service out."""
_ONLY_HERE = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


class ConfusedDeputy(StatementRule):
    """Trust in a service, whoever it acts for."""

    id = "AF_IAM_9"
    title = "A role that trusts a service says for which account or resource the service acts"
    severity = Severity.MEDIUM
    why = (
        "The service acts for everybody: somebody else's resource in somebody else's account can make it use this role."
    )
    remediation = 'Condition: {"StringEquals": {"aws:SourceAccount": "<account>"}}, or ArnLike on aws:SourceArn.'
    references = (
        "Prowler iam_role_cross_service_confused_deputy_prevention",
        "Prowler iam_role_service_trust_restricts_source_to_account",
    )
    documents = TRUST
    passing = (
        Example(title="for one account", resources=trust(ECS_TASKS, condition=_ONLY_HERE)),
        Example(title="a service that names nobody", resources=trust({"Service": "lambda.amazonaws.com"})),
    )
    failing = (
        Example(title="for anybody", resources=trust(ECS_TASKS)),
        Example(
            title="for anybody who does not say",
            resources=trust(ECS_TASKS, condition={"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}),
        ),
        Example(
            title="for any account",
            resources=trust(ECS_TASKS, condition={"StringLike": {"aws:SourceAccount": "*"}}),
        ),
    )

    def violations(self, statement: Statement) -> Iterator[str]:
        """Look for services without a source."""
        sources = statement.condition("aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID")
        limited = bool(sources) and not any(source.strip("*:arnws") == "" for source in sources)
        services = statement.principals.get("Service", ()) if statement.allows and not limited else ()
        yield from (f"trusts {service} for any account" for service in services if service in SUPPORTING)


rule = ConfusedDeputy()
