"""When Airflow tasks are cheaper in separate Fargate tasks than on workers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.cost.executors import Executors
from report.cost.prices import price_list
from report.errors import ReportError

FRANKFURT = price_list("eu-central-1")


@pytest.mark.feature("O4", "T8")
@pytest.mark.parametrize("seconds", [5, 60, 600, 36000])
def test_both_executors_cost_the_same_at_the_break_even(seconds: int) -> None:
    costs = Executors.of(FRANKFURT)
    share = costs.break_even(seconds)
    assert 0 < share < 1
    assert costs.on_worker(seconds, utilization=share) == pytest.approx(costs.on_ecs(seconds))
    assert costs.on_worker(seconds, utilization=share / 2) > costs.on_ecs(seconds)


@pytest.mark.feature("O4", "T8")
def test_start_and_minimum_make_short_airflow_tasks_dear() -> None:
    costs = Executors.of(FRANKFURT)
    assert costs.on_ecs(1) == costs.on_ecs(30) < costs.on_ecs(31)
    assert (
        costs.break_even(10) < costs.break_even(60) < costs.break_even(3600) < costs.worker / costs.slots / costs.task
    )


@pytest.mark.feature("O4")
def test_missing_price_is_named() -> None:
    with pytest.raises(ReportError, match=r"ap-south-2: no price fargate.arm.vcpu. Fix"):
        Executors.of(replace(FRANKFURT, region="ap-south-2", prices={}))
