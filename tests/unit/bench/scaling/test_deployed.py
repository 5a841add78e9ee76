"""The simulator uses the policy that the synthesized JSON says, and finds a slower one worse."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.scaling import clairvoyant, published_policies, step_scaling
from bench.scaling.compare import MOST_RATIO, Mean, compare, dominating
from bench.scaling.deployed import Deployed, DeployedError, read
from bench.scaling.physics import Physics
from bench.scaling.workloads import Workload, bursts, cron_peaks
from modules.constructs.queue_scaling import SCALE_IN_PERIODS, SPARED, STEPS
from report.cost.prices import price_list
from tests.synthesis import deployed

FAMILY = "airflow-dev-worker-default"
PHYSICS = Physics(slots=4, least=0, most=40)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    folder = tmp_path_factory.mktemp("stack")
    (folder / "cdk.tf.json").write_text(json.dumps(deployed().airflow))
    return read(folder, "default")


@pytest.mark.feature("A5")
def test_settings_are_those_of_the_construct(settings: Deployed) -> None:
    assert (settings.out.periods, settings.back.periods, settings.out.period) == (1, SCALE_IN_PERIODS, 10)
    assert [settings.out.change(missing) for missing in (1, 3, 9, 1000)] == [1, 2, 6, STEPS[-1] - STEPS[-1] // SPARED]
    assert [settings.back.change(-surplus) for surplus in (1, 3, 9, 1000)] == [-1, -3, -8, -STEPS[-1]]
    assert settings.publish_seconds == 10


@pytest.mark.feature("A5")
def test_price_of_a_worker_follows_from_its_size_and_the_price_file(settings: Deployed) -> None:
    prices, worker = price_list("eu-central-1").prices, deployed().only("aws_ecs_task_definition", family=FAMILY).body
    vcpu, gib = (prices[f"fargate.arm.{unit}"].usd for unit in ("vcpu", "gib"))
    assert settings.usd_per_hour == pytest.approx(int(worker["cpu"]) / 1024 * vcpu + int(worker["memory"]) / 1024 * gib)


@pytest.mark.feature("A6")
@pytest.mark.parametrize("workload", [cron_peaks, bursts])
def test_deployed_policy_costs_at_most_a_quarter_more_than_the_clairvoyant_one(
    settings: Deployed, workload: Callable[[int], Workload]
) -> None:
    (result,) = compare([step_scaling.ours(settings)], PHYSICS, seeds=[1], workloads=[workload]).of_policies
    assert 0.9 < result.ratio.value <= MOST_RATIO
    slow = replace(settings, back=replace(settings.back, periods=90))
    (slower,) = compare([step_scaling.ours(slow)], PHYSICS, seeds=[1], workloads=[workload]).of_policies
    assert slower.ratio.value > 2 * result.ratio.value


@pytest.mark.feature("A5")
def test_clairvoyant_policy_makes_tasks_hardly_wait_when_it_starts_workers_early() -> None:
    found = clairvoyant.variants(cron_peaks(1), PHYSICS, seed=1)
    early = next(item for item in found if (item.lead, item.limit) == (90.0, 1.0))
    late = next(item for item in found if (item.lead, item.limit) == (-180.0, 1.0))
    assert early.outcome.wait(0.95) < 15
    assert late.outcome.wait(0.95) > 150


@pytest.mark.feature("A5")
def test_worse_policy_is_dominated_and_the_savings_are_certain_with_several_seeds(settings: Deployed) -> None:
    slow = replace(step_scaling.ours(replace(settings, back=replace(settings.back, periods=90))), name="slow")
    results = compare([slow, published_policies.astronomer()], PHYSICS, seeds=[1, 2], workloads=[cron_peaks])
    (better,) = dominating(results.of_policies, "slow")
    assert (better.workload, better.policy, better.certain) == ("cron peaks", "Astronomer (formula)", True)
    assert dominating(results.of_policies, "Astronomer (formula)") == []


@pytest.mark.feature("A5")
def test_bound_is_a_front_on_which_less_waiting_costs_more(settings: Deployed) -> None:
    results = compare([step_scaling.ours(settings)], PHYSICS, seeds=[1], workloads=[cron_peaks])
    front = results.bounds["cron peaks"]
    assert len(front) > 3
    assert front == sorted(front)
    assert [hours for _, hours in front] == sorted((hours for _, hours in front), reverse=True)


@pytest.mark.feature("A5")
def test_mean_of_seeds_has_a_student_interval() -> None:
    assert Mean.of([3.0]) == Mean(3.0, 0.0)
    found = Mean.of([9.0, 10.0, 11.0])
    assert (found.value, found.spread) == (10.0, pytest.approx(4.30 / 3**0.5))


@pytest.mark.feature("A5")
def test_unknown_worker_group_lists_the_groups(tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text(json.dumps(deployed().airflow))
    with pytest.raises(DeployedError, match="has no worker group 'heavy'. Allowed: default"):
        read(tmp_path, "heavy")
    with pytest.raises(DeployedError, match="is no synthesized stack: .* Fix: make synth"):
        read(tmp_path / "missing", "default")
