"""D1 to D4, and what C6 says of stores: the metadata database, the broker, and what cleans up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from environments.errors import InvalidEnvironment
from tests.reading import clients, fargate_tasks, rules, services
from tests.synthesis import deployed
from tests.unit.modules.large import CHEAP, CUSTOM


@pytest.mark.feature("D1")
def test_encrypted_private_and_tls_forced() -> None:
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
def test_by_default_nothing_is_lost() -> None:
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
def test_corners_are_cut_by_name() -> None:
    body = deployed(**CHEAP).only("aws_db_instance").body
    assert (body["multi_az"], body["deletion_protection"], body["skip_final_snapshot"]) == (False, False, True)
    assert body.get("final_snapshot_identifier") is None
    assert body["backup_retention_period"] == 1
    assert body.get("performance_insights_kms_key_id") is None


@pytest.mark.feature("D1")
def test_lives_in_the_isolated_subnets() -> None:
    deployment = deployed()
    subnets = deployment.named(deployment.only("aws_db_instance").body["db_subnet_group_name"])
    tiers = {deployment.named(one).body["tags"]["airflow-fargate:tier"] for one in subnets.body["subnet_ids"]}
    assert tiers == {"data"}


@pytest.mark.feature("D2")
def test_an_overdrawn_database_is_refused_with_the_arithmetic() -> None:
    many = [{"name": "default", "queues": ["default"], "max_count": 200}]
    with pytest.raises(InvalidEnvironment) as refused:
        deployed(workers=many)
    assert "200 x (4 + 1)" in str(refused.value)
    assert "360 accepted" in str(refused.value)


@pytest.mark.feature("D2")
def test_pools_in_the_containers_are_those_of_the_budget() -> None:
    deployment = deployed(**CUSTOM)
    for task in fargate_tasks(deployment).values():
        environment = task.main.environment
        assert environment["AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE"] == "3", task.name
        assert environment["AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW"] == "2", task.name


@pytest.mark.feature("D2")
def test_with_a_proxy_every_client_goes_through_it() -> None:
    deployment = deployed(**CUSTOM)
    proxy = deployment.only("aws_db_proxy")
    assert proxy.body["require_tls"] is True
    assert deployment.only("aws_db_proxy_target").body["db_proxy_name"] == f"${{{proxy.key}.name}}"
    for task in fargate_tasks(deployment).values():
        assert task.main.environment["AIRFLOW_DB_HOST"] == f"${{{proxy.key}.endpoint}}", task.name
    assert clients(deployment, group="metadata-database", port=5432) == {"database-proxy"}
    assert clients(deployment, group="database-proxy", port=5432) >= set(services(deployment))
    assert not {rule.peer for rule in rules(deployment, egress=True) if rule.group == "api-server"} & {
        "metadata-database"
    }


@pytest.mark.feature("D2")
def test_the_proxy_reads_only_its_own_credentials() -> None:
    deployment = deployed(**CUSTOM)
    proxy = deployment.only("aws_db_proxy")
    (auth,) = proxy.blocks("auth")
    secret = deployment.named(auth["secret_arn"])
    (version,) = deployment.configuration.users_of(secret, "aws_secretsmanager_secret_version")
    assert "secret_string" not in version.body, "a value would stay in the state"
    assert "ephemeral.aws_ssm_parameter" in version.body["secret_string_wo"]


@pytest.mark.feature("D3")
@pytest.mark.parametrize(("changes", "family"), [({}, "valkey8"), (CHEAP, "redis7")])
def test_a_broker_made_for_celery(changes: dict[str, Any], family: str) -> None:
    deployment = deployed(**changes)
    group = deployment.only("aws_elasticache_replication_group")
    assert group.body["transit_encryption_enabled"] is True
    assert group.body["transit_encryption_mode"] == "required"
    assert group.body["at_rest_encryption_enabled"] in {True, "true"}
    parameters = deployment.named(group.body["parameter_group_name"])
    assert parameters.body["family"] == family
    assert [dict(one) for one in parameters.blocks("parameter")] == [
        {"name": "maxmemory-policy", "value": "noeviction"}
    ]


@pytest.mark.feature("D3")
def test_fails_over_when_it_has_a_replica() -> None:
    body = deployed().only("aws_elasticache_replication_group").body
    assert (body["num_cache_clusters"], body["automatic_failover_enabled"], body["multi_az_enabled"]) == (2, True, True)
    alone = deployed(**CHEAP)
    body = alone.only("aws_elasticache_replication_group").body
    assert (body["num_cache_clusters"], body["automatic_failover_enabled"], body["multi_az_enabled"]) == (
        1,
        False,
        False,
    )


@pytest.mark.feature("D3")
def test_the_token_is_set_from_parameter_store_and_terraform_leaves_it_alone() -> None:
    group = deployed().only("aws_elasticache_replication_group")
    assert group.body.get("auth_token") is None
    assert "auth_token" in group.get("lifecycle", "ignore_changes")


@pytest.mark.feature("D3")
def test_clients_get_address_port_and_token() -> None:
    deployment = deployed()
    broker = deployment.only("aws_elasticache_replication_group")
    for name in ("api-server", "scheduler", "worker-default"):
        main = services(deployment)[name][1].main
        assert main.environment["AIRFLOW_BROKER_HOST"] == f"${{{broker.key}.primary_endpoint_address}}"
        assert main.environment["AIRFLOW_BROKER_PORT"] == "6379"
        assert (
            deployment.named(main.secrets["AIRFLOW_BROKER_PASSWORD"]).body["name"] == "/airflow/dev/broker-auth-token"
        )


@pytest.mark.feature("D4")
def test_clean_up_runs_on_its_schedule_as_a_fargate_task() -> None:
    deployment = deployed(**CUSTOM)
    task = fargate_tasks(deployment)["db-clean"]
    assert task.main.command == ["db-clean"]
    assert task.main.environment["AIRFLOW_CLEAN_DAYS"] == "30"
    schedule = deployment.only("aws_scheduler_schedule", name="airflow-dev-db-clean")
    assert schedule.body["schedule_expression"] == "cron(15 4 ? * SAT *)"
    assert deployment.named(schedule.get("target", "arn")).type == "aws_ecs_cluster"
    started = schedule.get("target", "ecs_parameters")
    assert deployment.named(started["task_definition_arn"]).key == task.definition.key
    assert started["network_configuration"]["assign_public_ip"] is False


@pytest.mark.feature("D4")
def test_can_be_switched_off_without_a_trace() -> None:
    deployment = deployed(**CHEAP)
    assert "db-clean" not in deployment.text


@pytest.mark.feature("C6")
def test_what_holds_data_is_not_replaced_for_a_minor_version() -> None:
    deployment = deployed()
    for kind in ("aws_db_instance", "aws_elasticache_replication_group"):
        assert "engine_version" in deployment.only(kind).get("lifecycle", "ignore_changes"), kind
    database = json.dumps(deployment.only("aws_db_instance").body)
    assert "random" not in database, "a random name would replace it"


@pytest.mark.feature("C6")
@pytest.mark.parametrize("kind", ["aws_db_parameter_group", "aws_elasticache_parameter_group"])
def test_a_new_major_version_gets_its_parameters_before_the_old_ones_go(kind: str) -> None:
    group = deployed().only(kind)
    assert group.get("lifecycle", "create_before_destroy") is True, "the old group is in use until the store has moved"
    assert group.body["family"] in group.body["name"], "two groups of one name cannot stand side by side"
