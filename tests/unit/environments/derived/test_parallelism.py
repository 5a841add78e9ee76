"""Airflow tasks that an environment runs at once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from environments import Environment
from environments.derived.parallelism import parallelism
from tests.strategies import environments

lean = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.mark.feature("T1")
@lean
@given(environments())
def test_every_topology_can_run_an_airflow_task(environment: Environment) -> None:
    assert parallelism(environment) >= 1
    assert bool(environment.workers) == (environment.topology == "celery")
