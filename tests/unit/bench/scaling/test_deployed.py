"""The simulator uses the policy that the synthesized JSON says, and finds a slower one worse."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench.scaling import clairvoyant, policies
from bench.scaling.compare import MOST_RATIO, compare, dominated
from bench.scaling.deployed import Deployed, DeployedError, read
from bench.scaling.fleet import Physics
from bench.scaling.workloads import bursts, cron_peaks
from modules.constructs.queue_scaling import SCALE_IN_PERIODS, STEPS
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
    assert [settings.out.change(missing) for missing in (1, 3, 9, 1000)] == [1, 3, 8, STEPS[-1]]
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
    settings: Deployed, workload: object
) -> None:
    (result,) = compare([policies.ours(settings)], PHYSICS, seeds=[1], workloads=[workload])  # type: ignore[list-item]
    assert 0.9 < result.ratio <= MOST_RATIO
    slow = replace(settings, back=replace(settings.back, periods=90))
    (slower,) = compare([policies.ours(slow)], PHYSICS, seeds=[1], workloads=[workload])  # type: ignore[list-item]
    assert slower.ratio > 2 * result.ratio


@pytest.mark.feature("A5")
def test_clairvoyant_policy_makes_tasks_hardly_wait_when_it_starts_workers_early() -> None:
    found = clairvoyant.variants(cron_peaks(1), PHYSICS, seed=1)
    early = next(item for item in found if (item.lead, item.limit) == (90.0, 1.0))
    late = next(item for item in found if (item.lead, item.limit) == (-180.0, 1.0))
    assert early.outcome.wait(0.95) < 15
    assert late.outcome.wait(0.95) > 150


@pytest.mark.feature("A5")
def test_worse_policy_is_dominated(settings: Deployed) -> None:
    slow = replace(policies.ours(replace(settings, back=replace(settings.back, periods=90))), name="slow")
    results = compare([slow, policies.astronomer()], PHYSICS, seeds=[1], workloads=[cron_peaks])
    assert dominated(results, "slow") == [("cron peaks", "Astronomer (formula)")]


@pytest.mark.feature("A5")
def test_unknown_worker_group_lists_the_groups(tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text(json.dumps(deployed().airflow))
    with pytest.raises(DeployedError, match="has no worker group 'heavy'. Allowed: default"):
        read(tmp_path, "heavy")
    with pytest.raises(DeployedError, match="is no synthesized stack: .* Fix: make synth"):
        read(tmp_path / "missing", "default")
