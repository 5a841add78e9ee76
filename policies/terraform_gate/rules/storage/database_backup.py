"""AF_DB_1: databases have automatic backups."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.endpoint_examples import database
from terraform_gate.rules.shared.network_examples import security_group, vpc
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.terraform_resource import Resource

_DEFAULT = {"aws_db_instance": 0, "aws_rds_cluster": 1}
"""Resource type -> the provider's default of backup_retention_period."""


_REPLICA = {"instance_class": "db.t4g.micro", "replicate_source_db": "airflow", "skip_final_snapshot": True}


def _instance(**arguments: int) -> Resources:
    resources = merge(vpc(), security_group("database"), database())
    resources["aws_db_instance"]["database"] |= arguments
    return resources


class DatabaseBackup(Rule):
    """`backup_retention_period` of RDS instances and Aurora clusters."""

    id = "AF_DB_1"
    title = "Every database has automatic backups"
    severity = Severity.HIGH
    why = (
        "With a retention period of 0 days, which is the provider's default for instances, RDS makes no backup: "
        "a wrong migration or a deleted table cannot be undone."
    )
    remediation = "Set backup_retention_period to at least 1 day, and to at least 7 days in production."
    references = ("FSBP RDS.11", "CKV_AWS_133", "trivy AVD-AWS-0077")
    resource_types = tuple(_DEFAULT)
    passing = (
        Example(title="14 days", resources=_instance(backup_retention_period=14)),
        Example(
            title="a replica, which has the backups of its source",
            resources={"aws_db_instance": {"replica": _REPLICA}},
        ),
    )
    failing = (
        Example(title="the provider's default", resources=_instance()),
        Example(title="0 days", resources=_instance(backup_retention_period=0)),
    )

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Compare the retention period with 0."""
        days = resource.get("backup_retention_period", default=_DEFAULT[resource.type])
        if resource.get("replicate_source_db"):
            return
        if not is_known(days):
            yield Finding.unknown(resource, f"backup_retention_period is not known before the apply: {days}")
        elif str(days) == "0":
            yield Finding.fail(resource, "backup_retention_period is 0: no automatic backups")


rule = DatabaseBackup()
