"""Celery's configuration in the worker: Airflow's own, with a keeper that shows life and holds task protection."""

from __future__ import annotations

import os
from functools import partial
from threading import Event, Thread
from typing import Any, ClassVar

from airflow.providers.celery.executors.default_celery import DEFAULT_CELERY_CONFIG
from celery import bootsteps, signals
from celery.worker import state

from airflow_fargate import heartbeat
from airflow_fargate.protection import Protection, call_agent

CELERY_CONFIG: dict[str, Any] = dict(DEFAULT_CELERY_CONFIG)
PERIOD = 2.0
LOOP_PERIOD = 5.0

wake = Event()


def keep(stopped: Event, protection: Protection | None) -> None:
    """Until ``stopped``: show that the main process lives, and keep protection in step with its requests.

    The main process knows its requests even after a pool process was killed, which a count kept by the pool would not.
    """
    while not stopped.is_set():
        wake.wait(PERIOD)
        wake.clear()
        heartbeat.touch("worker")
        if protection:
            protection.follow(busy=bool(state.requests))


class Keeper(bootsteps.StartStopStep):  # type: ignore[misc]
    """A thread of the main process, started after the pool has forked."""

    requires: ClassVar[set[str]] = {"celery.worker.components:Pool"}

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        agent = os.environ.get("ECS_AGENT_URI")
        self._protection = Protection(set_state=partial(_set_state, agent)) if agent else None
        self._stopped = Event()

    def start(self, _: Any) -> None:
        """Begin."""
        Thread(target=keep, args=(self._stopped, self._protection), name="keeper", daemon=True).start()

    def terminate(self, _: Any) -> None:
        """End; not at ``stop``, for a warm shutdown still finishes tasks after it."""
        self._stopped.set()


class LoopPulse(bootsteps.StartStopStep):  # type: ignore[misc]
    """Shows that the consumer's event loop turns: a timer of the loop, set again after each reconnection."""

    requires: ClassVar[set[str]] = {"celery.worker.consumer:Tasks"}

    def start(self, parent: Any) -> None:
        """Set the timer."""
        heartbeat.touch("worker-loop")
        parent.timer.call_repeatedly(LOOP_PERIOD, heartbeat.touch, ("worker-loop",))


def _set_state(agent: str, enabled: bool) -> None:
    call_agent(agent=agent, enabled=enabled)


@signals.celeryd_init.connect(weak=False)
def equip(instance: Any, **_: Any) -> None:
    """Add the two steps to the worker that is about to be built."""
    instance.app.steps["worker"].add(Keeper)
    instance.app.steps["consumer"].add(LoopPulse)


@signals.task_received.connect(weak=False)
def notice(**_: Any) -> None:
    """Do not wait for the next look: a task has come."""
    wake.set()
