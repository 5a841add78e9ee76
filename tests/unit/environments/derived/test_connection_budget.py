"""The budget of database connections."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from environments import Environment
from environments.derived.connection_budget import connection_budget
from environments.load import from_data
from tests.strategies import environments
from tests.unit.environments.cases import SMALLEST, changed

lean = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.mark.feature("D2")
def test_budget_shows_its_calculation() -> None:
    changes = {"workers": [{"name": "a", "queues": ["default"], "max_count": 3, "concurrency": 2}]}
    assert str(connection_budget(from_data(changed(SMALLEST, changes), source="test"))) == (
        "api-server 4 x 2 x (5 + 5) + scheduler 1 x (5 + 5) + dag-processor 1 x (5 + 5) + triggerer 1 x (5 + 5) + "
        "worker a 3 x (2 + 1) + metrics 1 + migration or clean-up (5 + 5) + reserve 20 = 150 connections "
        "needed, 360 accepted"
    )


@pytest.mark.feature("D2")
def test_proxy_lifts_the_limit_of_connections() -> None:
    changes = {"database": {"instance_class": "db.t4g.micro", "proxy": True}}
    assert from_data(changed(SMALLEST, changes), source="test").database.proxy


@pytest.mark.feature("D2")
@lean
@given(environments(topology="celery"))
def test_valid_environments_stay_within_the_budget(environment: Environment) -> None:
    assert environment.database.proxy or not connection_budget(environment).is_exceeded
