"""AF_DB_2: a destroyed database leaves a snapshot or its automatic backups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.endpoint_examples import database
from terraform_gate.rules.shared.network_examples import security_group, vpc
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.rules.shared.settings_rule import is_on
from terraform_gate.terraform_resource import Resource

_BACKUPS = {"backup_retention_period": 7, "delete_automated_backups": False}
_REPLICA = {"instance_class": "db.t4g.micro", "replicate_source_db": "airflow", "skip_final_snapshot": True}


def _instance(**arguments: Any) -> Resources:
    resources = merge(vpc(), security_group("database"), database())
    body = {**resources["aws_db_instance"]["database"], **arguments}
    resources["aws_db_instance"]["database"] = {key: value for key, value in body.items() if value is not None}
    return resources


class FinalSnapshot(Rule):
    """Databases whose data is lost when Terraform destroys them, and those that Terraform cannot destroy."""

    id = "AF_DB_2"
    title = "A destroyed database leaves a snapshot or its automatic backups"
    severity = Severity.MEDIUM
    why = (
        "With skip_final_snapshot, a destroy or a replacement loses all data, because by default it also deletes the "
        "automatic backups. If neither skip_final_snapshot nor final_snapshot_identifier is set, the provider rejects "
        "the destroy."
    )
    remediation = (
        "Set final_snapshot_identifier and leave skip_final_snapshot false, or keep the automatic backups with "
        "delete_automated_backups = false."
    )
    references = ()
    resource_types = ("aws_db_instance", "aws_rds_cluster")
    passing = (
        Example(
            title="a final snapshot",
            resources=_instance(skip_final_snapshot=None, final_snapshot_identifier="airflow-final"),
        ),
        Example(title="the automatic backups stay", resources=_instance(**_BACKUPS)),
        Example(
            title="a replica, whose source has the data",
            resources={"aws_db_instance": {"replica": _REPLICA}},
        ),
    )
    failing = (
        Example(title="no final snapshot", resources=_instance(backup_retention_period=7)),
        Example(
            title="automatic backups that would stay, but are not made",
            resources=_instance(delete_automated_backups=False),
        ),
        Example(title="a final snapshot without a name", resources=_instance(skip_final_snapshot=None)),
    )

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Read what stays after a destroy."""
        if resource.get("replicate_source_db"):
            return
        skipped = is_on(resource.get("skip_final_snapshot"))
        if skipped is None:
            yield Finding.unknown(resource, "skip_final_snapshot is not known before the apply")
        elif not skipped and not resource.get("final_snapshot_identifier"):
            yield Finding.fail(resource, "final_snapshot_identifier is not set, so that a destroy stops with an error")
        elif skipped:
            yield from _backups(resource)


def _backups(resource: Resource) -> Iterator[Finding]:
    deleted = is_on(resource.get("delete_automated_backups", default=True))
    days = resource.get("backup_retention_period", default=0 if resource.type == "aws_db_instance" else 1)
    if deleted or str(days) == "0":
        yield Finding.fail(resource, "skip_final_snapshot is true and no automatic backup stays after a destroy")
    elif deleted is None or not is_known(days):
        yield Finding.unknown(resource, "whether automatic backups stay is not known before the apply")


rule = FinalSnapshot()
