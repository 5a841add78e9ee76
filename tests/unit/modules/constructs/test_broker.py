"""The Celery broker."""

from __future__ import annotations

from typing import Any

import pytest
from terraform_harness.assertions.template import Match

from tests.reading import services
from tests.synthesis import deployed
from tests.unit.modules.variants import CHEAP


@pytest.mark.feature("D3")
@pytest.mark.parametrize(("changes", "family"), [({}, "valkey8"), (CHEAP, "redis7")])
def test_broker_is_encrypted_and_never_evicts_messages(changes: dict[str, Any], family: str) -> None:
    deployment = deployed(**changes)
    group = deployment.only(
        "aws_elasticache_replication_group",
        transit_encryption_enabled=True,
        transit_encryption_mode="required",
        at_rest_encryption_enabled=Match.one_of(True, "true"),
    )
    parameters = deployment.resolve(group.body["parameter_group_name"])
    assert parameters.body["family"] == family
    (parameter,) = parameters.blocks("parameter")
    assert dict(parameter) == {"name": "maxmemory-policy", "value": "noeviction"}


@pytest.mark.feature("D3")
def test_broker_with_a_replica_fails_over() -> None:
    for changes, nodes, fails_over in (({}, 2, True), (CHEAP, 1, False)):
        deployed(**changes).only(
            "aws_elasticache_replication_group",
            num_cache_clusters=nodes,
            automatic_failover_enabled=fails_over,
            multi_az_enabled=fails_over,
        )


@pytest.mark.feature("D3")
def test_terraform_neither_sets_nor_resets_the_auth_token() -> None:
    ignored = {"ignore_changes": Match.contains("auth_token")}
    deployed().only("aws_elasticache_replication_group", auth_token=Match.absent(), lifecycle=ignored)


@pytest.mark.feature("D3")
def test_clients_get_address_port_and_token() -> None:
    deployment = deployed()
    broker = deployment.only("aws_elasticache_replication_group")
    for name in ("scheduler", "worker-default"):
        main = services(deployment)[name][1].main
        assert main.environment["AIRFLOW_BROKER_HOST"] == f"${{{broker.key}.primary_endpoint_address}}"
        assert main.environment["AIRFLOW_BROKER_PORT"] == "6379"
        assert (
            deployment.resolve(main.secrets["AIRFLOW_BROKER_PASSWORD"]).body["name"] == "/airflow/dev/broker-auth-token"
        )


@pytest.mark.feature("C6")
@pytest.mark.parametrize(
    ("engine", "version", "family"),
    [("valkey", "7.2", "valkey7"), ("valkey", "8.1", "valkey8"), ("redis", "7.0", "redis7")],
)
def test_engine_version_reaches_the_broker(engine: str, version: str, family: str) -> None:
    deployment = deployed(broker={"engine": engine, "engine_version": version})
    group = deployment.only(
        "aws_elasticache_replication_group", engine=engine, engine_version=version, auto_minor_version_upgrade="false"
    )
    assert "engine_version" not in group.get("lifecycle", "ignore_changes")
    assert deployment.resolve(group.body["parameter_group_name"]).body["family"] == family
