"""The Celery broker."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reading import services
from tests.synthesis import deployed
from tests.unit.modules.large import CHEAP


@pytest.mark.feature("D3")
@pytest.mark.parametrize(("changes", "family"), [({}, "valkey8"), (CHEAP, "redis7")])
def test_broker_is_encrypted_and_never_evicts_messages(changes: dict[str, Any], family: str) -> None:
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
def test_broker_with_a_replica_fails_over() -> None:
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
def test_terraform_neither_sets_nor_resets_the_auth_token() -> None:
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
