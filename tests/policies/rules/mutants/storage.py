"""Mutants for the rules about databases, the broker, buckets and keys."""

from __future__ import annotations

from tests.policies.rules.mutants.mutant import FOUNDATION, Documents, Mutants, body, only

MUTANTS = Mutants()

MUTANTS.generated(
    "AF_BROKER_3",
    "aws_elasticache_replication_group.broker",
    "flip_switch: at_rest_encryption_enabled = false",
)
MUTANTS.generated("AF_S3_1", "aws_s3_bucket_policy.task_logs_bucket_policy", "drop_protector: removed")


@MUTANTS.written("AF_BROKER_1", "the broker evicts keys")
def _(documents: Documents) -> None:
    parameters = body(documents, "aws_elasticache_parameter_group", "broker_parameters")["parameter"]
    next(item for item in parameters if item["name"] == "maxmemory-policy")["value"] = "allkeys-lru"


@MUTANTS.written("AF_BROKER_2", "the broker accepts clients without TLS")
def _(documents: Documents) -> None:
    only(documents, "aws_elasticache_replication_group")["transit_encryption_mode"] = "preferred"


@MUTANTS.written("AF_BROKER_4", "the broker has a user that needs no password")
def _(documents: Documents) -> None:
    user = {"user_id": "airflow-prod-default", "user_name": "default", "engine": "redis", "no_password_required": True}
    users = documents[FOUNDATION]["resource"].setdefault("aws_elasticache_user", {})
    users["default"] = {**user, "access_string": "on ~* +@all"}


@MUTANTS.written("AF_KMS_1", "the alarm topic is encrypted with the key of SNS")
def _(documents: Documents) -> None:
    only(documents, "aws_sns_topic")["kms_master_key_id"] = "alias/aws/sns"


@MUTANTS.written("AF_DB_1", "the database has no backups")
def _(documents: Documents) -> None:
    only(documents, "aws_db_instance")["backup_retention_period"] = 0


@MUTANTS.written("AF_DB_2", "the final snapshot of the database has no name")
def _(documents: Documents) -> None:
    del only(documents, "aws_db_instance")["final_snapshot_identifier"]
