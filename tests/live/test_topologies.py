"""Terraform changes the environment to each topology and egress mode in turn; the same DAG succeeds on each.

These tests are the last of the tier, because they leave the environment in the last topology.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

from environments.facts.topology import Topology
from tests.live.conftest import STEADY_SECONDS, Live
from tests.live.test_network import assert_agreement

COUNT = 6
WITHOUT_BROKER = {"workers": None, "broker": None}
LOCAL = WITHOUT_BROKER | {"ecs_executor": None}
ONE_CONTAINER = LOCAL | {"components": None}
SEPARATE = {"api-server": 2, "scheduler": 1, "dag-processor": 1, "triggerer": 1}
BAKED = {"dags": {"delivery": "baked"}}
# Topology -> egress mode, changes to the tier's environment, and the number of tasks of each service.
TOPOLOGIES: dict[Topology, tuple[str, dict[str, Any], dict[str, int]]] = {
    "celery": ("single_nat", {}, SEPARATE | {"worker-default": 1, "worker-heavy": 1}),
    "ecs": ("single_nat", WITHOUT_BROKER, SEPARATE),
    "local_executor": ("nat_per_zone", LOCAL, SEPARATE),
    "single": ("none", ONE_CONTAINER | BAKED, {"standalone": 1}),
    "sequential": ("none", ONE_CONTAINER | BAKED, {"standalone": 1}),
}


def change_to(live: Live, topology: Topology, egress: str, changes: dict[str, Any]) -> None:
    """Apply the topology with Terraform and wait until only its services run."""
    if egress == "none":
        live.bake_dags()
    if (topology, egress) != (live.applied.topology, live.applied.network["egress"]):
        live.change(egress=egress, topology=topology, **changes)
    live.ecs.runner.wait_steady(seconds=STEADY_SECONDS)
    deadline = time.monotonic() + STEADY_SECONDS
    while stopping := [task.id for task in live.ecs.runner.every_task() if task.phase != "running"]:
        assert time.monotonic() < deadline, f"{stopping} did not stop"
        time.sleep(1)


def _most_at_once(tasks: list[dict[str, Any]]) -> int:
    """The largest number of Airflow tasks that ran at one time."""
    spans: list[tuple[str, str]] = [(task["start_date"], task["end_date"]) for task in tasks]
    return max(sum(start <= moment < end for start, end in spans) for moment, _ in spans)


@pytest.mark.feature("T1", "R3", "L1", "H10")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_same_dag_succeeds_on_every_topology(live: Live, topology: Topology) -> None:
    egress, changes, services = TOPOLOGIES[topology]
    change_to(live, topology, egress, changes)
    runner, airflow = live.ecs.runner, live.airflow
    # Terraform deletes the permissions of the former services while these still stop.
    of_former_services = live.decisions.denied
    assert {name: len(runner.running(name)) for name in runner.tasks if runner.running(name)} == services

    assert_agreement(live)
    airflow.wait_for_dag("kinds")
    run = airflow.trigger("kinds")
    assert airflow.finish("kinds", run) == "success"
    tasks = airflow.tasks("kinds", run)
    assert [task["state"] for task in tasks] == ["success"] * COUNT
    assert {task["try_number"] for task in tasks} == {1}
    value = airflow.call("GET", f"dags/kinds/dagRuns/{run}/taskInstances/read/xcomEntries/return_value")["value"]
    assert "from the store hello" in value
    assert "number 7" in airflow.wait_for_log("s3://", "kinds", run, "on_heavy")
    assert live.decisions.denied == of_former_services
    if topology == "sequential":
        assert _most_at_once([task for task in tasks if task["task_id"] != "waits"]) == 1


@pytest.mark.feature("T1")
def test_most_at_once_counts_overlapping_tasks() -> None:
    apart = [{"start_date": "1", "end_date": "2"}, {"start_date": "2", "end_date": "3"}]
    assert _most_at_once(apart) == 1
    assert _most_at_once([*apart, {"start_date": "15", "end_date": "25"}]) == 2
