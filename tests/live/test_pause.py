"""The image's commands `pause` and `resume` on a running Airflow."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.live.conftest import Live

IMAGE = ("python", "-m", "airflow_fargate")


def last_event(text: str) -> dict[str, Any]:
    """The last JSON line that the command printed."""
    return dict(json.loads([line for line in text.splitlines() if line.startswith("{")][-1]))


@pytest.mark.feature("O8")
def test_resume_unpauses_exactly_the_dags_that_pause_paused(live: Live) -> None:
    (scheduler,) = live.ecs.runner.running("scheduler")
    live.airflow.call("PATCH", "dags/slow", {"is_paused": True})
    live.airflow.call("PATCH", "dags/many", {"is_paused": False})

    paused = last_event(scheduler.main.exec(*IMAGE, "pause", "60").stdout)
    assert (paused["running"], "many" in paused["dags"], "slow" in paused["dags"]) == (0, True, False)
    assert live.airflow.call("GET", "dags?paused=false")["dags"] == []

    again = last_event(scheduler.main.exec(*IMAGE, "pause", "60").stdout)
    assert again["dags"] == paused["dags"]

    resumed = last_event(scheduler.main.exec(*IMAGE, "resume").stdout)
    assert resumed["dags"] == paused["dags"]
    assert live.airflow.call("GET", "dags/slow")["is_paused"]
    assert not live.airflow.call("GET", "dags/many")["is_paused"]
    live.airflow.call("PATCH", "dags/slow", {"is_paused": False})
