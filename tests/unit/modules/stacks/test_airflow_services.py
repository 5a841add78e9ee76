"""Services of an environment and the flows between them."""

from __future__ import annotations

import pytest

from tests.reading import clients, rules, services
from tests.synthesis import deployed
from tests.unit.modules.variants import LARGE


@pytest.mark.feature("N5")
def test_only_api_servers_reach_logs_of_workers_and_triggerers() -> None:
    deployment = deployed()
    assert clients(deployment, group="worker-default", port=8793) == {"api-server"}
    assert clients(deployment, group="triggerer", port=8794) == {"api-server"}
    assert {rule.port for rule in rules(deployment, egress=False) if rule.group == "worker-default"} == {8793}


@pytest.mark.feature("N5")
def test_local_executor_serves_logs_from_the_scheduler() -> None:
    assert clients(deployed(topology="local_executor"), group="scheduler", port=8793) == {"api-server"}


@pytest.mark.feature("T4")
def test_two_schedulers_run_side_by_side() -> None:
    service, _ = services(deployed(**LARGE))["scheduler"]
    assert service.body["desired_count"] == 2
    assert service.body["deployment_minimum_healthy_percent"] == 100
