"""Terraform changes the environment to each topology and egress mode in turn; the same DAG succeeds on each.

Faults on the topologies without workers are here too; ``test_faults.py`` has those of topology celery. These tests are
the last of the tier, because they leave the environment in the last topology.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from environments.facts.topology import Topology
from tests.live.conftest import STEADY_SECONDS, Live
from tests.live.test_network import assert_agreement
from tests.live.workload import COUNT as SLOW_COUNT
from tests.live.workload import begin, check_finished_once, count_as_dead, timed, wait_until_replaced

COUNT = 6
OUTAGE_SECONDS, SURVIVOR_SECONDS = 75, 200
WITHOUT_BROKER = {"workers": None, "broker": None}
LOCAL = WITHOUT_BROKER | {"ecs_executor": None}
ONE_CONTAINER = LOCAL | {"components": None}
SEPARATE = {"api-server": 2, "scheduler": 1, "dag-processor": 1, "triggerer": 1}
BAKED = {"dags": {"delivery": "baked"}}
# Topology -> egress mode, changes to the tier's environment, and the number of tasks of each service.
TOPOLOGIES: dict[Topology, tuple[str, dict[str, Any], dict[str, int]]] = {
    "celery": ("single_nat", {}, SEPARATE | {"worker-default": 1, "worker-heavy": 1}),
    # With the default heartbeat timeout, which lets Airflow tasks survive an outage; the tier's own is shorter.
    "ecs": ("single_nat", WITHOUT_BROKER | {"airflow": None}, SEPARATE),
    "local_executor": ("nat_per_zone", LOCAL, SEPARATE),
    "single": ("none", ONE_CONTAINER | BAKED, {"standalone": 1}),
    "sequential": ("none", ONE_CONTAINER | BAKED, {"standalone": 1}),
}


def change_to(live: Live, topology: Topology, egress: str, changes: dict[str, Any]) -> None:
    """Apply the topology with Terraform, unless it is applied, and wait until only its services run."""
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


@pytest.mark.feature("R4", "T8", "D2")
@pytest.mark.parametrize("topology", ["ecs"])
def test_airflow_tasks_on_fargate_survive_75_seconds_without_database_scheduler_and_one_api_server(
    live: Live, topology: Topology, record_property: Callable[[str, object], None]
) -> None:
    """As when an availability zone fails; the standby of the database has another address behind the same name."""
    egress, changes, _ = TOPOLOGIES[topology]
    change_to(live, topology, egress, changes)
    runner, before = live.ecs.runner, live.ecs.database_address
    one_off = runner.one_off
    started = {*one_off.ended, *one_off.tasks}
    run = begin(live, seconds=SURVIVOR_SECONDS)
    (scheduler,), (api_server, _) = runner.running("scheduler"), runner.running("api-server")
    with timed(record_property, f"ecs: {OUTAGE_SECONDS} s without database, scheduler and an api-server: all healthy"):
        for task in (scheduler, api_server):
            task.main.kill()
        live.ecs.fail_over_database(away=OUTAGE_SECONDS)
        assert live.ecs.database_address != before
        runner.wait_steady(seconds=STEADY_SECONDS)
    live.airflow.wait_for_database()
    check_finished_once(live, run, tries=1)
    assert len({*one_off.ended, *one_off.tasks} - started) == SLOW_COUNT, "an Airflow task was started twice"


@pytest.mark.feature("R4")
@pytest.mark.parametrize(("topology", "service"), [("local_executor", "scheduler"), ("single", "standalone")])
def test_airflow_tasks_that_end_with_their_scheduler_run_again(
    live: Live, topology: Topology, service: str, record_property: Callable[[str, object], None]
) -> None:
    egress, changes, _ = TOPOLOGIES[topology]
    change_to(live, topology, egress, changes)
    run = begin(live, seconds=10, least=1)
    (scheduler,) = live.ecs.runner.running(service)
    with timed(record_property, f"{topology}: {service} killed with its Airflow tasks: another is healthy"):
        scheduler.main.kill()
        count_as_dead(live)
        wait_until_replaced(live, scheduler)
    check_finished_once(live, run, tries=2)


@pytest.mark.feature("T1")
def test_most_at_once_counts_overlapping_tasks() -> None:
    apart = [{"start_date": "1", "end_date": "2"}, {"start_date": "2", "end_date": "3"}]
    assert _most_at_once(apart) == 1
    assert _most_at_once([*apart, {"start_date": "15", "end_date": "25"}]) == 2
