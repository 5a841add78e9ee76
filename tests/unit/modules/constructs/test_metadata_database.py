"""The metadata database."""

from __future__ import annotations

import pytest

from tests.synthesis import deployed
from tests.unit.modules.large import CHEAP


@pytest.mark.feature("D1")
def test_database_is_encrypted_private_and_requires_tls() -> None:
    deployment = deployed()
    database = deployment.only("aws_db_instance")
    assert database.body["storage_encrypted"] is True
    assert database.body["publicly_accessible"] is False
    assert deployment.named(database.body["kms_key_id"]).get("enable_key_rotation") is True
    parameters = deployment.named(database.body["parameter_group_name"])
    assert {"name": "rds.force_ssl", "value": "1"}.items() <= dict(
        next(one for one in parameters.blocks("parameter") if one["name"] == "rds.force_ssl")
    ).items()
    assert parameters.body["family"] == "postgres16"


@pytest.mark.feature("D1")
def test_database_keeps_data_by_default() -> None:
    body = deployed().only("aws_db_instance").body
    assert body["multi_az"] is True
    assert body["deletion_protection"] is True
    assert body["backup_retention_period"] == 14
    assert body["delete_automated_backups"] is False
    assert (body["skip_final_snapshot"], body["final_snapshot_identifier"]) == (False, "airflow-dev-final")


@pytest.mark.feature("D1")
def test_storage_grows_and_load_is_recorded() -> None:
    deployment = deployed()
    body = deployment.only("aws_db_instance").body
    assert (body["allocated_storage"], body["max_allocated_storage"]) == (50, 200)
    assert body["performance_insights_enabled"] is True
    assert deployment.named(body["performance_insights_kms_key_id"]).type == "aws_kms_key"
    groups = {one.body["name"]: one for one in deployment.of("aws_cloudwatch_log_group")}
    for export in body["enabled_cloudwatch_logs_exports"]:
        group = groups[f"/aws/rds/instance/airflow-dev/{export}"]
        assert group.body["retention_in_days"] == 90
        assert group.address in body["depends_on"], "RDS would make it without retention and key"


@pytest.mark.feature("D1")
def test_database_has_the_settings_of_the_environment() -> None:
    body = deployed(**CHEAP).only("aws_db_instance").body
    assert (body["multi_az"], body["deletion_protection"], body["skip_final_snapshot"]) == (False, False, True)
    assert body.get("final_snapshot_identifier") is None
    assert body["backup_retention_period"] == 1
    assert body.get("performance_insights_kms_key_id") is None


@pytest.mark.feature("D1")
def test_database_is_in_the_data_subnets() -> None:
    deployment = deployed()
    subnets = deployment.named(deployment.only("aws_db_instance").body["db_subnet_group_name"])
    tiers = {deployment.named(one).body["tags"]["airflow-fargate:tier"] for one in subnets.body["subnet_ids"]}
    assert tiers == {"data"}
