"""AF_KMS_1: encryption that is configured uses a key of the customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.resources import Resources
from terraform_gate.terraform_resource import Resource

_ALIAS = "alias/aws/"
_KEYS: Mapping[str, tuple[str | int, ...]] = {
    "aws_backup_vault": ("kms_key_arn",),
    "aws_cloudwatch_log_group": ("kms_key_id",),
    "aws_db_instance": ("kms_key_id",),
    "aws_dynamodb_table": ("server_side_encryption", "kms_key_arn"),
    "aws_ebs_volume": ("kms_key_id",),
    "aws_ecr_repository": ("encryption_configuration", "kms_key"),
    "aws_efs_file_system": ("kms_key_id",),
    "aws_elasticache_replication_group": ("kms_key_id",),
    "aws_kinesis_stream": ("kms_key_id",),
    "aws_rds_cluster": ("kms_key_id",),
    "aws_rds_cluster_instance": ("performance_insights_kms_key_id",),
    "aws_s3_bucket_server_side_encryption_configuration": (
        *("rule", "apply_server_side_encryption_by_default", "kms_master_key_id"),
    ),
    "aws_secretsmanager_secret": ("kms_key_id",),
    "aws_sns_topic": ("kms_master_key_id",),
    "aws_sqs_queue": ("kms_master_key_id",),
}
"""Resource type -> path of the argument that names the key."""


def _topic(key: str) -> Resources:
    return {"aws_sns_topic": {"alarms": {"name": "alarms", "kms_master_key_id": key}}}


def _repository(**key: str) -> Resources:
    encryption = {"encryption_type": "KMS", **key}
    return {"aws_ecr_repository": {"images": {"name": "images", "encryption_configuration": encryption}}}


def _insights(key: str | None) -> Resources:
    body: dict[str, Any] = {"cluster_identifier": "a", "engine": "aurora-postgresql", "instance_class": "db.t4g.medium"}
    body |= {"performance_insights_enabled": True, "performance_insights_kms_key_id": key}
    return {"aws_rds_cluster_instance": {"a": body}}


def _database(**key: str) -> Resources:
    body = {"instance_class": "db.t4g.medium", "engine": "postgres", "allocated_storage": 50, "username": "airflow"}
    return {"aws_db_instance": {"main": {**body, "storage_encrypted": True, "skip_final_snapshot": True, **key}}}


_OWN = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


class CustomerKey(Rule):
    """Arguments that name a key that AWS manages, and encryption with KMS without the name of a key."""

    id = "AF_KMS_1"
    title = "Encryption with KMS names a key of the customer"
    severity = Severity.MEDIUM
    why = (
        "The policy of a key that AWS manages cannot be changed: the key cannot be revoked, and every principal with "
        "access to the service in the account can use it."
    )
    remediation = "Name your own key (aws_kms_key) instead of alias/aws/..., and do not leave the key out."
    references = ("trivy AVD-AWS-0025", "trivy AVD-AWS-0033", "trivy AVD-AWS-0078", "trivy AVD-AWS-0136")
    resource_types = tuple(_KEYS)
    passing = (
        Example(title="a topic with a key of the customer", resources=_topic(_OWN)),
        Example(title="a repository with a key of the customer", resources=_repository(kms_key=_OWN)),
        Example(title="Performance Insights with a key of the customer", resources=_insights(_OWN)),
        Example(title="a database with a key of the customer", resources=_database(kms_key_id=_OWN)),
    )
    failing = (
        Example(title="the key of SNS", resources=_topic("alias/aws/sns")),
        Example(title="a repository with KMS but without a key", resources=_repository(), is_evaluated_on_plans=False),
        Example(title="Performance Insights without a key", resources=_insights(None), is_evaluated_on_plans=False),
        Example(title="an encrypted database without a key", resources=_database()),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Evaluate each resource, but none whose key is not known in a plan: a plan hides whether it was left out."""
        for resource in configuration.of_type(*self.resource_types):
            hidden = resource.is_planned and _needs_key(resource) and not is_known(resource.get(*_KEYS[resource.type]))
            if not hidden:
                yield from tuple(self.evaluate_resource(resource)) or (Finding.pass_(resource),)

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Read the argument that names the key."""
        path = _KEYS[resource.type]
        key = resource.get(*path)
        if isinstance(key, str) and _ALIAS in key:
            yield Finding.fail(resource, f"{path[-1]} is {key}, a key that AWS manages")
        elif not key and _needs_key(resource):
            yield Finding.fail(resource, f"{path[-1]} is not set, so AWS takes a key that it manages")


def _needs_key(resource: Resource) -> bool:
    if resource.type == "aws_db_instance":
        inherited = any(resource.get(name) for name in ("replicate_source_db", "snapshot_identifier"))
        return resource.get("storage_encrypted") is True and not inherited
    if resource.type == "aws_ecr_repository":
        return bool(resource.get("encryption_configuration", "encryption_type") == "KMS")
    return resource.type == "aws_rds_cluster_instance" and resource.get("performance_insights_enabled") is True


rule = CustomerKey()
