"""The agents of containers: where a session runs, and whether the agent could connect.

ECS starts an agent in each container of a task with ``enableExecuteCommand``. The agent acts as the task role:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from terraform_harness.emulator.validation.requests import Call
from terraform_harness.emulator.validation.violation import Violation

if TYPE_CHECKING:
    from terraform_harness.emulator.iam.access import AccessControl

AGENTS_PATH = "/moto-api/exec-agents"
AGENT = "ExecuteCommandAgent"
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html (ECS Exec permissions)
CHANNEL_ACTIONS = ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
# The agent writes here, also in a container whose root file system is read-only.
WRITTEN = ("/var/lib/amazon/ssm", "/var/log/amazon/ssm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """The agent in one container.

    Attributes:
        task: ARN of the task.
        container: Name of the container.
        terminal: The words before a command that runs on a terminal, for instance ``docker exec --tty ...``; none for
            a process of this machine.
        ports: The address on this machine at which each port of the container can be reached.
        credentials: Credentials of the task role, as the ECS credentials endpoint returns them; empty for those of the
            emulator's owner.
    """

    task: str
    container: str
    terminal: Sequence[str] = ()
    ports: Mapping[int, int] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict)

    @property
    def region(self) -> str:
        """The region of the task."""
        return self.task.split(":")[3]

    @property
    def account(self) -> str:
        """The account of the task."""
        return self.task.split(":")[4]

    @property
    def runtime_id(self) -> str:
        """The runtime id of the container: on Fargate, the id of the task and a number."""
        return f"{self.task.rsplit('/', 1)[-1]}-{sum(self.container.encode()):010d}"

    def client(self, service: str) -> Any:
        """Return a boto3 client that acts as the task role."""
        import boto3

        own = self.credentials
        session = boto3.Session(
            region_name=self.region,
            aws_access_key_id=own.get("AccessKeyId", "emulator"),
            aws_secret_access_key=own.get("SecretAccessKey", "emulator"),
            aws_session_token=own.get("Token"),
        )
        port = os.environ.get("MOTO_PORT")
        return session.client(service, endpoint_url=f"http://127.0.0.1:{port}" if port else None)


class NotConnected(Violation):
    """The agent cannot start or cannot connect; the message gives the reason."""

    def __init__(self, message: str) -> None:
        super().__init__("AgentNotConnected", message, status=403)


def connect(agent: Agent, access: AccessControl | None = None) -> None:
    """Connect the agent of a container, and report it as a managed agent of the container.

    Args:
        agent: The agent.
        access: The access control of the emulator; None where requests are not decided.

    Raises:
        NotConnected: There is no such container, the agent cannot write its files, or its role lacks a permission.
    """
    backend = _backend(agent)
    task = next(
        (item for tasks in backend.tasks.values() for item in tasks.values() if item.task_arn == agent.task), None
    )
    definition = _definition(backend, task, agent.container) if task else None
    if task is None or definition is None:
        raise NotConnected(f"{agent.task} has no container {agent.container!r}")
    _require_files(definition)
    if access and agent.credentials:
        for action in CHANNEL_ACTIONS:
            call = Call(
                service="ssmmessages", operation=action, parameters={}, account=agent.account, region=agent.region,
                protocol="json",
            )  # fmt: skip
            access.check_action(call, agent.credentials["AccessKeyId"])
    _report(task, agent)
    connected(backend)[(agent.task, agent.container)] = agent


def connected(backend: Any) -> dict[tuple[str, str], Agent]:
    """Return the connected agents of moto's ECS backend, by ARN of the task and name of the container."""
    from terraform_harness.emulator.patches.patch import backend_data

    found: dict[Any, Agent] = backend_data(backend, "exec_agents")
    return found


def respond(body: bytes, access: AccessControl | None) -> tuple[int, Mapping[str, str], str]:
    """Connect the agent that a request describes, and return status, headers and body of the answer."""
    given = json.loads(body)
    ports = {int(port): address for port, address in given.pop("ports", {}).items()}
    try:
        connect(Agent(**given, ports=ports), access)
    except Violation as violation:
        return 403, {}, json.dumps({"message": violation.message})
    return 200, {}, "{}"


def _backend(agent: Agent) -> Any:
    from moto.ecs.models import ecs_backends

    return ecs_backends[agent.account][agent.region]


def _definition(backend: Any, task: Any, container: str) -> Mapping[str, Any] | None:
    """Return the definition of a container of a task."""
    found = backend.describe_task_definition(task.task_definition_arn)
    return next((item for item in found.container_definitions if item["name"] == container), None)


def _require_files(definition: Mapping[str, Any]) -> None:
    """Check that the agent can write its files.

    Raises:
        NotConnected: The root file system is read-only, and a folder has no volume.
    """
    if not definition.get("readonlyRootFilesystem"):
        return
    mounted = [str(item["containerPath"]) for item in definition.get("mountPoints", ()) if not item.get("readOnly")]
    for folder in WRITTEN:
        if not any(folder == path or folder.startswith(f"{path}/") for path in mounted):
            raise NotConnected(f"{definition['name']}: the agent of ECS Exec cannot write to {folder}")


def _report(task: Any, agent: Agent) -> None:
    """Add the runtime id and the managed agent to a container, as DescribeTasks shows them."""
    managed = [{"name": AGENT, "lastStatus": "RUNNING"}]
    for item in task.containers:
        if isinstance(item, dict) and item["name"] == agent.container:
            item |= {"runtimeId": agent.runtime_id, "managedAgents": managed}
        elif getattr(item, "name", "") == agent.container:
            item.runtime_id, item.managed_agents = agent.runtime_id, managed
