"""C5: the migration gates the roll-out, is recorded, and says the way back."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from operations import migrate, one_off_task
from operations.account import Account
from operations.errors import Failed, Refused
from tests.unit.operations.cloud import Cloud, exit_codes

WAIT = one_off_task._wait
REPORT = {
    "event": "migrated",
    "airflow": "3.3.2",
    "from": "29ce7909c52b",
    "to": "fe199e1abd77",
    "way_back": "downgrade 29ce7909c52b",
}


def will_log(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """What the container of the next Fargate task writes, under the id that ECS gives it."""

    def write_then_wait(account: Account, process: str, arn: str, container: str) -> one_off_task.Ended:
        logs, group = cloud.client("logs"), f"{cloud.names.path}/{process}"
        stream = f"{container}/{container}/{arn.rsplit('/', 1)[1]}"
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        now = int(time.time() * 1000)
        events = [{"timestamp": now + index, "message": line} for index, line in enumerate(lines)]
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
        return WAIT(account, process, arn, container)

    monkeypatch.setattr(one_off_task, "_wait", write_then_wait)


def record(cloud: Cloud) -> dict[str, Any]:
    return dict(json.loads(cloud.read(migrate.RECORD)))


@pytest.mark.feature("C5")
def test_the_migration_is_recorded_and_says_the_way_back(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    will_log(cloud, monkeypatch, "INFO  [alembic] Running upgrade", json.dumps(REPORT))
    migrate.migrate(cloud.account)
    kept = record(cloud)
    assert (kept["from"], kept["to"], kept["airflow"]) == ("29ce7909c52b", "fe199e1abd77", "3.3.2")
    assert kept["task"] == cloud.tasks()[0]["taskArn"]
    assert "the way back: python -m operations downgrade dev 29ce7909c52b" in capfd.readouterr().err


@pytest.mark.feature("C5")
def test_it_runs_in_the_application_subnets_with_its_own_group(cloud: Cloud) -> None:
    migrate.migrate(cloud.account)
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.ecs.models import ecs_backends

    (task,) = ecs_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].tasks[cloud.names.name].values()
    assert task.network_configuration["awsvpcConfiguration"] == {
        "subnets": sorted(cloud.subnets),
        "securityGroups": [cloud.groups["migrate"]],
        "assignPublicIp": "DISABLED",
    }
    assert (task.launch_type, task.started_by) == ("FARGATE", "operations")


@pytest.mark.feature("C5")
def test_a_migration_that_fails_once_is_tried_again(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moto.ecs.models.Container.__init__", exit_codes(1))
    migrate.migrate(cloud.account)
    assert len(cloud.tasks()) == 2


@pytest.mark.feature("C5")
def test_a_migration_that_fails_twice_stops_the_roll_out(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("moto.ecs.models.Container.__init__", exit_codes(1, 1))
    will_log(cloud, monkeypatch, "relation dag_run does not exist")
    before = cloud.deployments()
    with pytest.raises(
        Failed, match=r"the migration failed; no service was updated.*Next: python -m operations migrate dev"
    ):
        migrate.migrate(cloud.account)
    assert cloud.deployments() == before
    assert "relation dag_run does not exist" in capfd.readouterr().err
    assert cloud.client("ssm").get_parameters(Names=[cloud.names.parameter("schema")])["Parameters"] == []


@pytest.mark.feature("C5")
def test_two_at_once_are_two_fargate_tasks_and_one_truth(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    will_log(cloud, monkeypatch, json.dumps(REPORT))
    migrate.migrate(cloud.account)
    will_log(cloud, monkeypatch, json.dumps({**REPORT, "from": "fe199e1abd77", "way_back": "downgrade fe199e1abd77"}))
    migrate.migrate(cloud.account)
    assert record(cloud)["to"] == "fe199e1abd77"
    history = cloud.client("ssm").get_parameter_history(Name=cloud.names.parameter("schema"))["Parameters"]
    assert [json.loads(one["Value"])["from"] for one in history] == ["29ce7909c52b", "fe199e1abd77"]


@pytest.mark.feature("C5")
def test_the_downgrade_runs_the_same_task_with_another_command(cloud: Cloud) -> None:
    migrate.downgrade(cloud.account, "29ce7909c52b")
    assert cloud.tasks()[0]["overrides"]["containerOverrides"] == [
        {"name": "migrate", "command": ["downgrade", "29ce7909c52b"]}
    ]


@pytest.mark.feature("C5")
def test_an_environment_that_is_not_deployed_says_so(empty_account: Account) -> None:
    with pytest.raises(Refused, match=r"airflow-dev-migrate does not exist. Fix: make deploy ENV=dev"):
        migrate.migrate(empty_account)


@pytest.mark.feature("C5")
def test_a_container_that_never_ran_is_a_failure(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = exit_codes()

    def never(self: Any, *arguments: Any) -> None:
        begin(self, *arguments)
        self.exitCode = None

    monkeypatch.setattr("moto.ecs.models.Container.__init__", never)
    with pytest.raises(Failed, match=r"the migration failed"):
        migrate.migrate(cloud.account)
