"""ECS Exec and Session Manager: moto has neither ``ExecuteCommand`` nor ``StartSession``."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.ssm.responses import SimpleSystemManagerResponse

from terraform_harness.emulator.patches.ecs_tasks import find_task, not_found
from terraform_harness.emulator.patches.patch import patch, service_error
from terraform_harness.emulator.sessions.agents import Agent, connected
from terraform_harness.emulator.sessions.recording import Recording

if TYPE_CHECKING:
    from terraform_harness.emulator.sessions.session import Session

FORWARDING = "AWS-StartPortForwardingSession"
NOT_ENABLED = (
    "The execute command failed because execute command was not enabled when the task was run or the execute command "
    "agent isn’t running. Wait and try again or run a new task with execute command enabled and try again."
)
NOT_CONNECTED = "The execute command failed due to an internal error. Try again later."
_run = EC2ContainerServiceResponse.run_task
_list = EC2ContainerServiceBackend.list_tasks


@patch(EC2ContainerServiceResponse, reason="moto does not store whether ECS Exec is on in a task")
def run_task(self: Any) -> Any:
    answer = _run(self)
    for task in answer.result["tasks"]:
        task.enable_execute_command = bool(self._get_param("enableExecuteCommand"))
    return answer


@patch(EC2ContainerServiceBackend, reason="moto lists the tasks of every service when one service is asked for")
def list_tasks(self: Any, *arguments: Any, **named: Any) -> Any:
    service = named.get("service_name") or (arguments[4] if len(arguments) > 4 else None)
    found = _list(self, *arguments, **named)
    group = f"service:{str(service).rsplit('/', 1)[-1]}"
    return [task for task in found if not service or task.group == group]


@patch(EC2ContainerServiceResponse, reason="moto has no ExecuteCommand")
def execute_command(self: Any) -> Any:
    """Open a session in a container.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommand.html
    """
    backend = self.ecs_backend
    cluster = backend._get_cluster(self._get_param("cluster", "default"))  # noqa: SLF001
    task = find_task(backend, self._get_param("task"))
    if not self._get_param("interactive"):
        raise _invalid("Interactive is the only mode supported currently.")
    if task.cluster_name != cluster.name:
        raise not_found()
    if task.desired_status == "STOPPED":
        raise _invalid("The specified task is stopped. Specify a running task and try again.")
    if not getattr(task, "enable_execute_command", False):
        raise _invalid(NOT_ENABLED)
    container = _container(backend, task, self._get_param("container"))
    agent = connected(backend).get((task.task_arn, container["name"]))
    if agent is None:
        raise service_error(service="ecs", code="TargetNotConnectedException", message=NOT_CONNECTED)
    return ActionResult(
        {
            "clusterArn": cluster.arn,
            "containerArn": f"{task.task_arn.replace(':task/', ':container/')}/{container['name']}",
            "containerName": container["name"],
            "interactive": True,
            "session": _start(_session(self._get_param("command"), agent, cluster, container)),
            "taskArn": task.task_arn,
        }
    )


@patch(SimpleSystemManagerResponse, reason="moto has no StartSession")
def start_session(self: Any) -> Any:
    """Open a session that forwards a port of a container.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartSession.html
    """
    from moto.ecs.models import ecs_backends

    from terraform_harness.emulator.sessions.session import PORT, Session

    target, document = self._get_param("Target"), self._get_param("DocumentName")
    parameters = self._get_param("Parameters") or {}
    if document != FORWARDING:
        text = f"Document with name {document} does not exist."
        raise service_error(service="ssm", code="InvalidDocument", message=text)
    agents = connected(ecs_backends[self.current_account][self.region])
    agent = next((item for item in agents.values() if target_of(item) == target), None)
    if agent is None:
        raise service_error(service="ssm", code="TargetNotConnected", message=f"{target} is not connected.")
    properties = {
        "portNumber": parameters.get("portNumber", ["80"])[0],
        "localPortNumber": parameters.get("localPortNumber", ["0"])[0],
        "type": "LocalPortForwarding",
    }
    session = Session(
        id=f"emulator-{secrets.token_hex(9)}", target=target, agent=agent, kind=PORT, properties=properties
    )
    return ActionResult({key[0].upper() + key[1:]: value for key, value in _start(session).items()})


def target_of(agent: Agent) -> str:
    """Return the name of a container in Session Manager."""
    cluster, task = agent.task.rsplit("/", 2)[-2:]
    return f"ecs:{cluster}_{task}_{agent.runtime_id}"


def _session(command: str, agent: Agent, cluster: Any, container: Mapping[str, Any]) -> Session:
    from terraform_harness.emulator.sessions.session import INTERACTIVE, Session

    configuration = (cluster.configuration or {}).get("executeCommandConfiguration") or {}
    return Session(
        id=f"ecs-execute-command-{secrets.token_hex(9)}",
        target=target_of(agent),
        agent=agent,
        kind=INTERACTIVE,
        properties={"command": command},
        key=configuration.get("kmsKeyId", ""),
        recording=Recording.of(configuration, container),
    )


def _start(session: Session) -> dict[str, str]:
    from terraform_harness.emulator.sessions.server import server

    return server().add(session)


def _container(backend: Any, task: Any, name: str | None) -> Mapping[str, Any]:
    """Return the definition of a task's container; a task with one container needs no name."""
    definitions = backend.describe_task_definition(task.task_definition_arn).container_definitions
    found = [item for item in definitions if item["name"] == name or (not name and len(definitions) == 1)]
    if not found:
        raise _invalid(f"The container {name or ''} was not found in the task.")
    container: Mapping[str, Any] = found[0]
    return container


def _invalid(message: str) -> Exception:
    return service_error(service="ecs", code="InvalidParameterException", message=message)
