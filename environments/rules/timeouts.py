"""The order of the timeouts: stop timeout (at most 120 s on Fargate) < queued timeout < visibility timeout.

In another order an Airflow task could be lost or run twice.
"""

from __future__ import annotations

from collections.abc import Iterator

from environments.errors import Problem
from environments.model import Environment
from environments.rules.registry import rule

COLD_START_SECONDS = 240
"""Time from the queueing of an Airflow task to the first poll of a new worker: one minute for the metric, one for the
alarm, and up to two for the start on Fargate."""


@rule("airflow")
def visibility_outlasts_the_longest_task(environment: Environment) -> Iterator[Problem]:
    """The broker does not deliver the message of a running Airflow task again."""
    airflow = environment.airflow
    if airflow.visibility_timeout_seconds <= airflow.longest_task_seconds:
        yield Problem(
            "airflow.visibility_timeout_seconds",
            f"must exceed longest_task_seconds {airflow.longest_task_seconds}, got "
            f"{airflow.visibility_timeout_seconds}: the broker would deliver the message of a running Airflow task "
            "again",
        )


@rule("airflow")
def queued_timeout_is_between_heartbeat_and_visibility(environment: Environment) -> Iterator[Problem]:
    """A missing heartbeat is noticed first, then a full queue, then an unacknowledged message."""
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
            "the broker would deliver the message of a queued Airflow task again",
        )


@rule("airflow", "workers")
def queued_timeout_outlasts_scaling_from_zero(environment: Environment) -> Iterator[Problem]:
    """An Airflow task stays queued until a group without workers has started one."""
    queued = environment.airflow.task_queued_timeout_seconds
    for index, group in enumerate(environment.workers):
        needed = COLD_START_SECONDS + group.scale_out_cooldown_seconds
        if group.min_count == 0 and queued < needed:
            yield Problem(
                "airflow.task_queued_timeout_seconds",
                f"workers[{index}] scales from zero, which takes up to {COLD_START_SECONDS} + "
                f"{group.scale_out_cooldown_seconds} = {needed} s: must be at least {needed}, got {queued}",
            )


@rule("airflow", "ecs_executor")
def queued_timeout_outlasts_the_start_on_fargate(environment: Environment) -> Iterator[Problem]:
    """An Airflow task stays queued until its Fargate task runs; the token in the command is valid as long."""
    queued = environment.airflow.task_queued_timeout_seconds
    if environment.ecs_executor and queued < COLD_START_SECONDS:
        yield Problem(
            "airflow.task_queued_timeout_seconds",
            f"must be at least {COLD_START_SECONDS} with ecs_executor, got {queued}: an Airflow task is queued until "
            "its Fargate task runs",
        )


@rule("airflow", "workers")
def stop_timeout_is_less_than_the_queued_timeout(environment: Environment) -> Iterator[Problem]:
    """A stopping worker returns its Airflow tasks before Airflow queues them again."""
    queued = environment.airflow.task_queued_timeout_seconds
    for index, group in enumerate(environment.workers):
        if group.stop_timeout_seconds >= queued:
            yield Problem(
                f"workers[{index}].stop_timeout_seconds",
                f"must be less than airflow.task_queued_timeout_seconds {queued}, got {group.stop_timeout_seconds}",
            )


@rule("airflow", "workers", "ecs_executor")
def spot_needs_retries(environment: Environment) -> Iterator[Problem]:
    """AWS interrupts a Spot worker with two minutes' notice; a longer Airflow task is lost unless it is retried."""
    if environment.airflow.default_task_retries > 0:
        return
    if environment.ecs_executor and environment.ecs_executor.spot:
        yield Problem(
            "ecs_executor.spot",
            "must be false while airflow.default_task_retries is 0, got true: AWS interrupts Spot tasks. Fix: set "
            "airflow.default_task_retries to at least 1",
        )
    for index, group in enumerate(environment.workers):
        if group.spot_percent:
            yield Problem(
                f"workers[{index}].spot_percent",
                f"must be 0 while airflow.default_task_retries is 0, got {group.spot_percent}: AWS interrupts Spot "
                "workers. Fix: set airflow.default_task_retries to at least 1",
            )
