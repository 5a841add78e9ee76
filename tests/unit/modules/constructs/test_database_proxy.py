"""RDS Proxy."""

from __future__ import annotations

import pytest

from tests.reading import clients, fargate_tasks, rules, services
from tests.synthesis import deployed
from tests.unit.modules.variants import CUSTOM


@pytest.mark.feature("D2")
def test_clients_connect_through_the_proxy() -> None:
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
def test_proxy_reads_its_own_credentials_only() -> None:
    deployment = deployed(**CUSTOM)
    proxy = deployment.only("aws_db_proxy")
    (auth,) = proxy.blocks("auth")
    secret = deployment.resolve(auth["secret_arn"])
    (version,) = deployment.configuration.users_of(secret, "aws_secretsmanager_secret_version")
    assert secret.body["recovery_window_in_days"] == 0, "its name would be blocked for a new environment"
    assert "secret_string" not in version.body, "a value would stay in the state"
    assert "ephemeral.aws_ssm_parameter" in version.body["secret_string_wo"]


@pytest.mark.feature("C6")
def test_new_zone_does_not_replace_the_proxy() -> None:
    """RDS cannot change the subnets of a proxy."""
    proxy = deployed(database={"proxy": True}).only("aws_db_proxy")
    assert proxy.get("lifecycle", "ignore_changes") == ["vpc_subnet_ids"]
