"""The migration gates the roll-out, is recorded, and prints the command that undoes it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from operations import migrate, one_off_task
from operations.account import Account
from operations.errors import OperationError, PreconditionError
from tests.unit.operations.cloud import Cloud, exit_codes

WAIT = one_off_task._wait


REPORT = {
    "event": "migrated",
    "airflow": "3.3.2",
    "from": "29ce7909c52b",
    "to": "fe199e1abd77",
    "way_back": "downgrade 29ce7909c52b",
}


def will_log(cloud: Cloud | Account, monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """What the container of the next Fargate task writes, under the id that ECS gives it."""

    def write_then_wait(account: Account, process: str, arn: str, container: str, **show: Any) -> one_off_task.Ended:
        logs, group = cloud.client("logs"), f"{cloud.names.path}/{process}"
        stream = f"{container}/{container}/{arn.rsplit('/', 1)[1]}"
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        now = int(time.time() * 1000)
        events = [{"timestamp": now + index, "message": line} for index, line in enumerate(lines)]
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
        return WAIT(account, process, arn, container, **show)

    monkeypatch.setattr(one_off_task, "_wait", write_then_wait)


def record(cloud: Cloud) -> dict[str, Any]:
    return dict(json.loads(cloud.read(migrate.RECORD)))


@pytest.mark.feature("C5")
def test_migration_is_recorded_and_prints_the_downgrade_command(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    will_log(cloud, monkeypatch, "INFO  [alembic] Running upgrade", json.dumps(REPORT))
    migrate.migrate(cloud.account)
    kept = record(cloud)
    assert (kept["from"], kept["to"], kept["airflow"]) == ("29ce7909c52b", "fe199e1abd77", "3.3.2")
    assert kept["task"] == cloud.tasks()[0]["taskArn"]
    assert "To undo the migration: .venv/bin/python -m operations downgrade dev 29ce7909c52b" in capfd.readouterr().err


@pytest.mark.feature("C5")
def test_failed_migration_is_tried_once_more(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moto.ecs.models.Container.__init__", exit_codes(1))
    migrate.migrate(cloud.account)
    assert len(cloud.tasks()) == 2


@pytest.mark.feature("C5")
def test_migration_that_fails_twice_stops_the_deployment(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("moto.ecs.models.Container.__init__", exit_codes(1, 1))
    will_log(cloud, monkeypatch, "relation dag_run does not exist")
    before = cloud.deployments()
    with pytest.raises(
        OperationError, match=r"the migration failed; no service was updated.*Fix: .*-m operations migrate dev"
    ):
        migrate.migrate(cloud.account)
    assert cloud.deployments() == before
    assert "relation dag_run does not exist" in capfd.readouterr().err
    assert cloud.client("ssm").get_parameters(Names=[cloud.names.parameter("schema")])["Parameters"] == []


@pytest.mark.feature("C5")
def test_second_migration_keeps_the_history_of_the_first(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    will_log(cloud, monkeypatch, json.dumps(REPORT))
    migrate.migrate(cloud.account)
    will_log(cloud, monkeypatch, json.dumps({**REPORT, "from": "fe199e1abd77", "way_back": "downgrade fe199e1abd77"}))
    migrate.migrate(cloud.account)
    assert record(cloud)["to"] == "fe199e1abd77"
    history = cloud.client("ssm").get_parameter_history(Name=cloud.names.parameter("schema"))["Parameters"]
    assert [json.loads(version["Value"])["from"] for version in history] == ["29ce7909c52b", "fe199e1abd77"]


@pytest.mark.feature("C5")
def test_downgrade_runs_the_migration_task_with_another_command(cloud: Cloud) -> None:
    migrate.downgrade(cloud.account, "29ce7909c52b")
    assert cloud.tasks()[0]["overrides"]["containerOverrides"] == [
        {"name": "migrate", "command": ["downgrade", "29ce7909c52b"]}
    ]


@pytest.mark.feature("C5")
def test_migration_before_a_deployment_is_rejected(empty_account: Account) -> None:
    with pytest.raises(
        PreconditionError, match=r"airflow-dev-migrate does not exist. Fix: .* -m operations deploy dev"
    ):
        migrate.migrate(empty_account)


@pytest.mark.feature("C5")
def test_container_that_never_ran_fails_the_migration(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = exit_codes()

    def never(self: Any, *arguments: Any) -> None:
        begin(self, *arguments)
        self.exitCode = None

    monkeypatch.setattr("moto.ecs.models.Container.__init__", never)
    with pytest.raises(OperationError, match=r"the migration failed"):
        migrate.migrate(cloud.account)
