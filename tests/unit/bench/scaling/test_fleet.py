"""The simulated fleet: waiting, cold starts, cost and scale-in follow from the rules of ECS and Fargate."""

from __future__ import annotations

import pytest

from bench.scaling.fleet import Fleet
from bench.scaling.outcome import Outcome
from bench.scaling.physics import Physics
from bench.scaling.workloads import Job, Workload

ONE = Physics(slots=1, least=0, most=4, start_seconds=60, start_spread=0)


def simulate(*jobs: Job, desired: int = 0, protected: bool = True, stop_at: float | None = None) -> Outcome:
    """Run jobs on ``desired`` workers from the start; scale to zero at ``stop_at``."""
    fleet = Fleet(Workload("test", jobs, 1), ONE, protected=protected, seed=1)
    fleet.at(0.0, lambda: fleet.scale(desired))
    if stop_at is not None:
        fleet.at(stop_at, lambda: fleet.scale(0))
        if not protected:
            fleet.at(stop_at + 300, lambda: fleet.scale(desired))
    return fleet.run()


@pytest.mark.feature("A5")
def test_task_waits_for_the_start_of_a_worker() -> None:
    assert simulate(Job(0, 30), desired=1).waits == [60]


@pytest.mark.feature("A5")
def test_tasks_beyond_the_slots_wait_for_their_turn() -> None:
    outcome = simulate(Job(0, 30), Job(0, 30), Job(0, 30), desired=2)
    assert sorted(outcome.waits) == [60, 60, 90]


@pytest.mark.feature("A5")
def test_task_of_a_graph_is_queued_when_the_tasks_before_it_are_done() -> None:
    outcome = simulate(Job(0, 30), Job(0, 10, after=(0,)), desired=2)
    assert outcome.waits == [60, 0]


@pytest.mark.feature("A5", "C4")
def test_protected_worker_finishes_its_task_before_it_goes() -> None:
    outcome = simulate(Job(0, 200), desired=1, stop_at=100)
    assert (outcome.killed, outcome.worker_seconds) == (0, 260)


@pytest.mark.feature("A5")
def test_task_of_an_unprotected_worker_is_killed_after_the_grace_time_and_runs_again() -> None:
    outcome = simulate(Job(0, 400), desired=1, protected=False, stop_at=100)
    assert outcome.killed == 1
    assert outcome.waits[0] > 60


@pytest.mark.feature("A5")
def test_worker_is_billed_for_at_least_a_minute() -> None:
    fleet = Fleet(Workload("test", (), 1), ONE, protected=True, seed=1)
    fleet.at(0.0, lambda: fleet.scale(1))
    fleet.at(5.0, lambda: fleet.scale(0))
    assert fleet.run().worker_seconds == 60


@pytest.mark.feature("A5")
def test_policy_that_never_starts_a_worker_leaves_tasks_waiting_for_ever() -> None:
    assert simulate(Job(0, 30)).waits == [float("inf")]


@pytest.mark.feature("A5", "A6")
def test_known_short_jobs_need_fewer_workers() -> None:
    jobs = tuple(Job(0, 9, kind="short") for _ in range(10))
    fleet = Fleet(Workload("test", jobs, 1), ONE, protected=True, seed=1)
    needed = {}
    fleet.at(0.0, lambda: fleet.scale(1))
    for time in (30.0, 70.0):
        fleet.at(time, lambda time=time: needed.update({time: (fleet.wanted, fleet.needed)}))  # type: ignore[misc]
    fleet.run()
    # After 70 s the first of the ten is done: nine jobs of nine seconds are nine tenths of a job that counts as one.
    assert needed == {30.0: (10, 10), 70.0: (9, 1)}
