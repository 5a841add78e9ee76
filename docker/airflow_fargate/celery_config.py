"""Celery's configuration of the worker: Airflow's own, with heartbeats and task protection added."""

from __future__ import annotations

import os
from functools import partial
from threading import Event, Thread
from typing import Any, ClassVar

from airflow.providers.celery.executors.default_celery import DEFAULT_CELERY_CONFIG
from celery import bootsteps, signals
from celery.worker import state

from airflow_fargate import broker_keys, database_token, heartbeat
from airflow_fargate.protection import Protection, call_agent

if database_token.is_required(os.environ):
    # The result backend logs in with tokens.
    import airflow_fargate.sqlalchemy_tokens  # noqa: F401

CELERY_CONFIG: dict[str, Any] = broker_keys.celery_config(DEFAULT_CELERY_CONFIG, os.environ)
HEARTBEAT_PERIOD = 2.0
LOOP_PERIOD = 5.0

received = Event()


def run_heartbeat(stopped: Event, protection: Protection | None) -> None:
    """Write the heartbeat of the main process and update task protection until ``stopped``.

    Celery's ``state.requests`` in the main process stays correct after a pool process was killed. A count kept by the
    pool processes would not.
    """
    while not stopped.is_set():
        received.wait(HEARTBEAT_PERIOD)
        received.clear()
        heartbeat.touch("worker")
        if protection:
            protection.follow(busy=bool(state.requests))


class HeartbeatStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Runs the heartbeat thread in the main process. The thread starts after the pool has forked."""

    requires: ClassVar[set[str]] = {"celery.worker.components:Pool"}

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        # The step of the consumer, which is created last, reads the options.
        parent.options |= broker_keys.worker_options(os.environ)
        agent = os.environ.get("ECS_AGENT_URI")
        self._protection = Protection(set_state=partial(_set_state, agent)) if agent else None
        self._stopped = Event()

    def start(self, _: Any) -> None:
        """Start the thread."""
        Thread(target=run_heartbeat, args=(self._stopped, self._protection), name="heartbeat", daemon=True).start()

    def terminate(self, _: Any) -> None:
        """Stop the thread. ``stop`` would be too early: a warm shutdown still finishes Airflow tasks after it."""
        self._stopped.set()


class LoopHeartbeatStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Writes the heartbeat of the consumer's event loop from a timer, which is set again after each reconnection."""

    requires: ClassVar[set[str]] = {"celery.worker.consumer:Tasks"}

    def start(self, parent: Any) -> None:
        """Set the timer."""
        heartbeat.touch("worker-loop")
        parent.timer.call_repeatedly(LOOP_PERIOD, heartbeat.touch, ("worker-loop",))


def _set_state(agent: str, enabled: bool) -> None:
    call_agent(agent=agent, enabled=enabled)


@signals.celeryd_init.connect(weak=False)
def add_steps(instance: Any, **_: Any) -> None:
    """Add the two steps to the worker."""
    instance.app.steps["worker"].add(HeartbeatStep)
    instance.app.steps["consumer"].add(LoopHeartbeatStep)


@signals.task_received.connect(weak=False)
def wake_heartbeat(**_: Any) -> None:
    """Update task protection as soon as an Airflow task is received."""
    received.set()
