"""Airflow commands in a separate Fargate task: output, exit code, pause and resume."""

from __future__ import annotations

import json

import pytest

from operations import pausing
from operations.errors import OperationError
from tests.unit.operations.cloud import Cloud, exit_codes
from tests.unit.operations.test_migrate import will_log


def command_of(cloud: Cloud) -> list[str]:
    (task,) = cloud.tasks()
    command: list[str] = task["overrides"]["containerOverrides"][0]["command"]
    return command


@pytest.mark.feature("O8")
def test_output_of_an_airflow_command_is_printed_and_its_exit_code_kept(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    cloud.client("logs").create_log_group(logGroupName="/airflow/dev/scheduler")
    will_log(cloud, monkeypatch, "dag_id | paused", "load\x1b[0m   | False")
    monkeypatch.setattr("moto.ecs.models.Container.__init__", exit_codes(3))
    assert pausing.airflow(cloud.account, ["dags", "list"]).exit_code == 3
    assert capfd.readouterr().out == "dag_id | paused\nload\\x1b[0m   | False\n"
    assert command_of(cloud) == ["airflow", "dags", "list"]


@pytest.mark.feature("O8")
def test_pause_reports_how_many_dags_are_paused(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    cloud.client("logs").create_log_group(logGroupName="/airflow/dev/scheduler")
    will_log(cloud, monkeypatch, "2 DAGs paused", json.dumps({"event": "paused", "dags": ["a", "b"], "running": 0}))
    pausing.pause(cloud.account, seconds=60)
    assert command_of(cloud) == ["pause", "60"]
    assert capfd.readouterr().err.splitlines()[-1] == "paused DAGs: 2; no Airflow task runs"


@pytest.mark.feature("O8")
def test_pause_that_exceeds_its_time_limit_names_the_tasks_that_still_run(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.client("logs").create_log_group(logGroupName="/airflow/dev/scheduler")
    will_log(cloud, monkeypatch, json.dumps({"event": "paused", "dags": ["a"], "running": 4}))
    with pytest.raises(OperationError, match="paused DAGs: 1; Airflow tasks still queued or running after 5 s: 4"):
        pausing.pause(cloud.account, seconds=5)


@pytest.mark.feature("O8")
def test_resume_that_printed_no_result_is_an_error_with_the_log(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud.client("logs").create_log_group(logGroupName="/airflow/dev/scheduler")
    will_log(cloud, monkeypatch, "another image")
    with pytest.raises(OperationError, match="(?s)^resume printed no result.*another image.*Fix: "):
        pausing.resume(cloud.account)


@pytest.mark.feature("O8")
def test_failed_resume_shows_the_end_of_its_log(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud.client("logs").create_log_group(logGroupName="/airflow/dev/scheduler")
    will_log(cloud, monkeypatch, "database is away")
    monkeypatch.setattr("moto.ecs.models.Container.__init__", exit_codes(1))
    with pytest.raises(OperationError, match="(?s)resume ended with exit code 1.*database is away.*Fix: .*resume dev"):
        pausing.resume(cloud.account)
