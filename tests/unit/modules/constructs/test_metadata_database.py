"""The metadata database."""

from __future__ import annotations

import pytest
from terraform_harness.assertions.template import Match

from tests.reading import tier_of
from tests.synthesis import deployed
from tests.unit.modules.variants import CHEAP


@pytest.mark.feature("D1")
def test_database_is_encrypted_private_and_requires_tls() -> None:
    deployment = deployed()
    database = deployment.only("aws_db_instance")
    deployment.template.every("aws_db_instance", storage_encrypted=True, publicly_accessible=False)
    assert deployment.resolve(database.body["kms_key_id"]).get("enable_key_rotation") is True
    parameters = deployment.resolve(database.body["parameter_group_name"])
    force_ssl = Match.contains({"name": "rds.force_ssl", "value": "1"})
    expected = deployment.only("aws_db_parameter_group", family="postgres16", parameter=force_ssl)
    assert parameters.address == expected.address


@pytest.mark.feature("D1")
def test_database_keeps_data_by_default() -> None:
    deployed().template.every(
        "aws_db_instance",
        multi_az=True,
        deletion_protection=True,
        backup_retention_period=14,
        delete_automated_backups=False,
        skip_final_snapshot=False,
        final_snapshot_identifier=Match.regex(r"^airflow-dev-final-\$\{aws_security_group\.\w+\.id\}"),
    )


@pytest.mark.feature("D1")
def test_storage_grows_and_load_is_recorded() -> None:
    deployment = deployed()
    body = deployment.only("aws_db_instance").body
    deployment.template.every(
        "aws_db_instance",
        allocated_storage=50,
        max_allocated_storage=200,
        performance_insights_enabled=True,
        performance_insights_kms_key_id=Match.reference("aws_kms_key"),
    )
    groups = {group.body["name"]: group for group in deployment.of("aws_cloudwatch_log_group")}
    for export in body["enabled_cloudwatch_logs_exports"]:
        group = groups[f"/aws/rds/instance/airflow-dev/{export}"]
        assert group.body["retention_in_days"] == 90
        assert group.address in body["depends_on"], "RDS would create it without retention and key"


@pytest.mark.feature("D1")
def test_database_has_the_settings_of_the_environment() -> None:
    deployed(**CHEAP).template.every(
        "aws_db_instance",
        multi_az=False,
        deletion_protection=False,
        skip_final_snapshot=True,
        final_snapshot_identifier=Match.absent(),
        backup_retention_period=1,
        performance_insights_kms_key_id=Match.absent(),
    )


@pytest.mark.feature("D1")
def test_database_is_in_the_data_subnets() -> None:
    deployment = deployed()
    subnets = deployment.resolve(deployment.only("aws_db_instance").body["db_subnet_group_name"])
    tiers = {tier_of(deployment.resolve(subnet)) for subnet in subnets.body["subnet_ids"]}
    assert tiers == {"data"}


@pytest.mark.feature("C6")
@pytest.mark.parametrize(
    ("version", "family", "automatic"), [("17", "postgres17", True), ("17.4", "postgres17", False)]
)
def test_engine_version_reaches_the_database(version: str, family: str, automatic: bool) -> None:
    deployment = deployed(database={"engine_version": version})
    database = deployment.only(
        "aws_db_instance",
        engine_version=version,
        allow_major_version_upgrade=True,
        apply_immediately=True,
        auto_minor_version_upgrade=automatic,
    )
    assert "engine_version" not in (database.get("lifecycle", "ignore_changes") or ())
    assert deployment.resolve(database.body["parameter_group_name"]).body["family"] == family
