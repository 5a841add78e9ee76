"""The tasks of RunTask get the overrides of RunTask, and the API learns what becomes of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from local.containers.definition import ContainerDefinition
from local.ecs import one_off_tasks
from local.ecs.one_off_tasks import OneOffTasks, StartedTask, overridden
from local.ecs.service_catalog import ServiceCatalog, TaskDefinition
from local.ecs.task import FargateTask

ARN = "arn:aws:ecs:eu-central-1:111111111111:task/airflow-live/abc"


def _container(name: str, *, essential: bool) -> ContainerDefinition:
    return ContainerDefinition(
        name=name, image="i", environment={"A": "1"}, secrets={}, depends_on={}, essential=essential
    )


DEFINITION = TaskDefinition(
    arn="d",
    family="airflow-live-airflow-task",
    containers=(_container("git-clone", essential=False), _container("airflow-task", essential=True)),
    volumes=(),
    cpu=512,
    memory_mib=1024,
)


@pytest.mark.feature("T8")
def test_overrides_change_command_variables_and_size() -> None:
    change = {"name": "airflow-task", "command": ["x"], "environment": [{"name": "B", "value": "2"}]}
    found = overridden(DEFINITION, {"containerOverrides": [change], "cpu": "1024", "memory": "2048"})
    clone, main = found.containers
    assert (main.command, main.environment) == (("x",), {"A": "1", "B": "2"})
    assert clone == DEFINITION.containers[0]
    started = StartedTask(id="abc", definition=found, subnets=(), groups=())
    assert started.limits == ("--memory", "2048m", "--cpu-shares", "1024")
    assert overridden(DEFINITION, {}) == DEFINITION


@pytest.mark.feature("T8")
@pytest.mark.parametrize(
    "overrides",
    [
        {"taskRoleArn": "r"},
        {"containerOverrides": [{"name": "airflow-task", "resourceRequirements": []}]},
        {"containerOverrides": [{"name": "other"}]},
    ],
)
def test_override_without_a_translation_is_an_error(overrides: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="has no translation here"):
        overridden(DEFINITION, overrides)


class Ecs:
    """The API: one task that RunTask has started."""

    def __init__(self) -> None:
        self.wanted, self.reported = [ARN], list[tuple[str, dict[str, int]]]()

    def get_paginator(self, _name: str) -> Any:
        return SimpleNamespace(paginate=lambda **_: [{"taskArns": self.wanted}])

    def describe_tasks(self, **_: Any) -> dict[str, Any]:
        details = [{"name": "networkInterfaceId", "value": "eni-1"}, {"name": "subnetId", "value": "subnet-1"}]
        return {"tasks": [{"taskDefinitionArn": "d", "attachments": [{"details": details}]}]}

    def describe_network_interfaces(self, **_: Any) -> dict[str, Any]:
        return {"NetworkInterfaces": [{"Groups": [{"GroupId": "sg-1"}]}]}

    def submit_task_state_change(self, *, status: str, containers: list[dict[str, Any]], **_: Any) -> None:
        codes = {item["containerName"]: item["exitCode"] for item in containers if "exitCode" in item}
        self.reported.append((status, codes))


class Task:
    """A task whose containers a test ends."""

    phase, reason, was_running = "pending", "", False
    main_name = "airflow-task"

    def __init__(self, started: StartedTask) -> None:
        self.started, self.definition = started, started.definition
        self.containers = {name: SimpleNamespace(state={"ExitCode": 3}) for name in ("git-clone", "airflow-task")}
        self.main = SimpleNamespace(logs=lambda: "")
        self.roles = SimpleNamespace(write_logs=lambda _texts: None)

    def start(self) -> None:
        """Start nothing."""

    def stop_in_background(self, *, reason: str) -> None:
        self.phase, self.reason = "stopping", reason


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Ecs:
    monkeypatch.setattr(one_off_tasks, "remove", lambda _tasks: None)
    return Ecs()


def _tasks(api: Ecs) -> OneOffTasks:
    catalog = SimpleNamespace(cluster="airflow-live", client=lambda _name: api, definition=lambda _name: DEFINITION)
    return OneOffTasks(catalog=cast("ServiceCatalog", catalog), make=lambda started: cast("FargateTask", Task(started)))


@pytest.mark.feature("T8")
def test_task_runs_in_the_network_of_run_task_and_its_exit_codes_are_reported(api: Ecs) -> None:
    tasks = _tasks(api)
    tasks.reconcile()
    task = cast("Task", tasks.tasks[ARN])
    assert (task.started.subnets, task.started.groups) == (("subnet-1",), ("sg-1",))
    task.phase, task.was_running = "stopped", True
    tasks.reconcile()
    codes = {"git-clone": 3, "airflow-task": 3}
    assert api.reported == [("PENDING", {}), ("RUNNING", {}), ("STOPPED", codes)]
    assert tasks.ended[ARN].exit_codes == codes
    tasks.reconcile()
    assert tasks.tasks == {}, "an ended task is not started again"


@pytest.mark.feature("T8")
def test_task_that_stop_task_asked_to_stop_is_stopped(api: Ecs) -> None:
    tasks = _tasks(api)
    tasks.reconcile()
    api.wanted = []
    tasks.reconcile()
    assert tasks.tasks[ARN].phase == "stopping"
    assert api.reported[-1] == ("STOPPING", {})
