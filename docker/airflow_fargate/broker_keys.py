"""The broker's keys of a team's workers (AIRFLOW_BROKER_TEAM): its user reaches no others.

Kombu keeps the messages that workers received and did not acknowledge yet in three keys, which all workers share unless
they are named here. Celery's remote control, gossip and events go through channels of all workers, so that a worker of
one team could stop those of another.
https://docs.celeryq.dev/projects/kombu/en/stable/reference/kombu.transport.redis.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TEAM = "AIRFLOW_BROKER_TEAM"
UNACKNOWLEDGED = ("unacked", "unacked_index", "unacked_mutex")
ALONE = ("without_gossip", "without_heartbeat", "without_mingle")


def celery_config(config: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """Celery's configuration of a worker: ``config``, with the keys of its team where it has one."""
    team = environ.get(TEAM)
    if not team:
        return dict(config)
    own = {f"{key}_key": f"{key}:{team}" for key in UNACKNOWLEDGED}
    # One list for each queue: Airflow sends all messages with the same priority.
    transport = {**config.get("broker_transport_options", {}), **own, "priority_steps": [0]}
    return {**config, "broker_transport_options": transport, "worker_enable_remote_control": False}


def worker_options(environ: Mapping[str, str]) -> dict[str, bool]:
    """Options of the worker's command line that Airflow's command lacks."""
    return dict.fromkeys(ALONE, True) if environ.get(TEAM) else {}
