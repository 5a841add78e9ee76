"""Metrics of the components and of the workers."""

from __future__ import annotations

import json

import pytest

from tests.reading import services
from tests.synthesis import deployed
from tests.unit.modules.variants import DISTINCT_TOPOLOGIES, LARGE


@pytest.mark.feature("L3")
@pytest.mark.parametrize("topology", DISTINCT_TOPOLOGIES)
def test_each_service_sends_metrics_to_its_statsd_sidecar(topology: str) -> None:
    for name, (_, task) in services(deployed(topology=topology)).items():
        environment = task.main.environment
        agent = task.container("statsd").environment
        assert environment["AIRFLOW__METRICS__STATSD_ON"] == "True", name
        assert environment["AIRFLOW__METRICS__STATSD_HOST"] == "127.0.0.1", "never over the network"
        assert environment["AIRFLOW__METRICS__STATSD_PORT"] == agent["AIRFLOW_STATSD_PORT"], name
        assert agent["AIRFLOW_METRICS_NAMESPACE"] == "Airflow"
        assert agent["AIRFLOW_STATSD_COMPONENT"] == name


@pytest.mark.feature("T3")
def test_metrics_sidecar_has_each_worker_group_with_its_queues() -> None:
    scheduler = services(deployed(**LARGE))["scheduler"][1]
    groups = json.loads(scheduler.container("metrics").environment["AIRFLOW_METRICS_WORKER_GROUPS"])
    assert groups == {
        "small": {"queues": ["default", "mail"], "concurrency": 4},
        "big": {"queues": ["heavy"], "concurrency": 2},
    }
