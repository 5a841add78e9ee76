"""C3: the timeouts in the order in which nothing is lost.

stop timeout (at most 120 s on Fargate) < heartbeat and queued timeouts < visibility timeout, and the longest Airflow
task before the broker gives its message to a second worker.
"""

from __future__ import annotations

from collections.abc import Iterator

from environments.errors import Problem
from environments.model import Environment
from environments.rules.registry import rule

COLD_START_SECONDS = 240
"""From a queued Airflow task to a worker that was not there: a minute of metric and alarm each, and up to two minutes
of Fargate (image pull, start, first poll)."""


@rule("airflow")
def visibility_outlasts_the_longest_task(environment: Environment) -> Iterator[Problem]:
    """A message is not delivered twice while its Airflow task runs."""
    airflow = environment.airflow
    if airflow.visibility_timeout_seconds <= airflow.longest_task_seconds:
        yield Problem(
            "airflow.visibility_timeout_seconds",
            f"must exceed longest_task_seconds {airflow.longest_task_seconds}, got "
            f"{airflow.visibility_timeout_seconds}: the broker would deliver a running Airflow task again",
        )


@rule("airflow")
def queue_timeout_lies_between(environment: Environment) -> Iterator[Problem]:
    """Silence is noticed before the queue is, and the queue before the broker."""
    airflow = environment.airflow
    queued = airflow.task_queued_timeout_seconds
    if queued <= airflow.task_heartbeat_timeout_seconds:
        yield Problem(
            "airflow.task_queued_timeout_seconds",
            f"must exceed task_heartbeat_timeout_seconds {airflow.task_heartbeat_timeout_seconds}, got {queued}",
        )
    if queued >= airflow.visibility_timeout_seconds:
        yield Problem(
            "airflow.task_queued_timeout_seconds",
            f"must be less than visibility_timeout_seconds {airflow.visibility_timeout_seconds}, got {queued}: "
            "the broker would deliver what Airflow has not given up",
        )


@rule("airflow", "workers")
def queue_waits_for_the_first_worker(environment: Environment) -> Iterator[Problem]:
    """A2: an Airflow task stays queued until a group that sleeps at zero has a worker."""
    queued = environment.airflow.task_queued_timeout_seconds
    for index, group in enumerate(environment.workers):
        needed = COLD_START_SECONDS + group.scale_out_cooldown_seconds
        if group.min_count == 0 and queued < needed:
            yield Problem(
                "airflow.task_queued_timeout_seconds",
                f"workers[{index}] scales from zero, which takes up to {COLD_START_SECONDS} + "
                f"{group.scale_out_cooldown_seconds} = {needed} s: at least that, got {queued}",
            )


@rule("airflow", "workers")
def workers_stop_before_the_queue_gives_up(environment: Environment) -> Iterator[Problem]:
    """A worker that stops has handed everything back before Airflow queues it again."""
    queued = environment.airflow.task_queued_timeout_seconds
    for index, group in enumerate(environment.workers):
        if group.stop_timeout_seconds >= queued:
            yield Problem(
                f"workers[{index}].stop_timeout_seconds",
                f"must be less than airflow.task_queued_timeout_seconds {queued}, got {group.stop_timeout_seconds}",
            )


@rule("airflow", "workers")
def spot_needs_retries(environment: Environment) -> Iterator[Problem]:
    """Spot takes a worker away with two minutes' notice; what runs longer is retried or lost."""
    if environment.airflow.default_task_retries > 0:
        return
    for index, group in enumerate(environment.workers):
        if group.spot_percent:
            yield Problem(
                f"workers[{index}].spot_percent",
                f"Spot takes workers away: airflow.default_task_retries must be at least 1, or 0 percent here, "
                f"got {group.spot_percent}",
            )
