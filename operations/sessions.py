"""Opens a shell or a port of a running container through ECS Exec and Session Manager."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from typing import Any

from operations.account import Account
from operations.errors import OperationError, PreconditionError
from operations.logs import log_group
from operations.progress import say

PLUGIN = "session-manager-plugin"
PLUGIN_FIX = (
    "Fix: install the Session Manager plugin, 1.2.497 or newer, "
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"
)
RESPONSE = "AWS_SSM_START_SESSION_RESPONSE"
"""Variable in which the plugin takes the session's token, so that no list of processes shows it."""
PORT_FORWARDING = "AWS-StartPortForwardingSession"
PORTS = {"api-server": 8080, "standalone": 8080, "flower": 5555}
"""Components with a user interface, and the port that they serve."""


def shell(account: Account, component: str, command: str) -> int:
    """Run ``command`` in the main container of a running Fargate task; returns the exit code of the plugin.

    Raises:
        PreconditionError: ECS Exec is off, the plugin is missing, or the component does not run.
    """
    task = _running(account, component)
    answer = account.client("ecs").execute_command(
        cluster=account.names.name, task=task["taskArn"], container=component, interactive=True, command=command
    )
    say(f"{component} {_id(task)}: the session is recorded in the log group of ECS Exec")
    return _plugin(account, answer["session"], {"Target": _target(account, task, component)}, service="ssm")


def forward(account: Account, component: str, *, port: int | None = None) -> int:
    """Forward a local port to the user interface of ``component`` until Ctrl-C.

    Args:
        port: local TCP port; a free one when None.

    Raises:
        PreconditionError: the component has no user interface, or see :func:`shell`.
    """
    if component not in PORTS:
        raise PreconditionError(f"{component!r} has no user interface. Allowed: {', '.join(PORTS)}")
    task = _running(account, component)
    local = port or _free_port()
    request = {
        "Target": _target(account, task, component),
        "DocumentName": PORT_FORWARDING,
        "Parameters": {"portNumber": [str(PORTS[component])], "localPortNumber": [str(local)]},
    }
    answer = account.client("ssm").start_session(**request)
    session = {key: answer[key] for key in ("SessionId", "TokenValue", "StreamUrl")}
    say(f"{component} {_id(task)}: http://localhost:{local} until Ctrl-C")
    return _plugin(account, session, request, service="ssm")


def _running(account: Account, component: str) -> dict[str, Any]:
    """A running Fargate task of the component, healthy if there is one."""
    log_group(account, component)  # rejects an unknown component
    if shutil.which(PLUGIN) is None:
        raise PreconditionError(f"{PLUGIN} is not on PATH. {PLUGIN_FIX}")
    if not account.environment.airflow.exec_enabled:
        raise PreconditionError(
            f"ECS Exec is off. Fix: set airflow.exec_enabled: true in {account.file}, then {account.command('deploy')}"
        )
    ecs, cluster = account.client("ecs"), account.names.name
    arns = ecs.list_tasks(cluster=cluster, serviceName=component, desiredStatus="RUNNING")["taskArns"]
    tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
    usable = [task for task in tasks if task["lastStatus"] == "RUNNING" and task.get("enableExecuteCommand", True)]
    if not usable:
        raise PreconditionError(
            f"no Fargate task of {component} runs with ECS Exec. Fix: {account.command('status')} shows whether the "
            "environment hibernates; a Fargate task that is older than airflow.exec_enabled must be replaced first"
        )
    return min(usable, key=lambda task: task.get("healthStatus") != "HEALTHY")


def _target(account: Account, task: dict[str, Any], component: str) -> str:
    """The container as Session Manager names it: ``ecs:<cluster>_<task id>_<runtime id>``."""
    runtime = next(
        (item.get("runtimeId", "") for item in task["containers"] if item["name"] == component),
        "",
    )
    return f"ecs:{account.names.name}_{_id(task)}_{runtime}"


def _id(task: dict[str, Any]) -> str:
    return str(task["taskArn"].rsplit("/", 1)[-1])


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _plugin(account: Account, session: dict[str, Any], request: dict[str, Any], *, service: str) -> int:
    """Run the plugin as the AWS CLI does."""
    region = account.environment.region
    endpoint = account.client(service).meta.endpoint_url
    words = [PLUGIN, RESPONSE, region, "StartSession", "", json.dumps(request), endpoint]
    variables = {**os.environ, RESPONSE: json.dumps(_title_case(session))}
    try:
        return subprocess.run(words, env=variables, check=False).returncode
    except OSError as error:
        raise OperationError(f"{PLUGIN} did not start: {error}. {PLUGIN_FIX}") from None


def _title_case(session: dict[str, Any]) -> dict[str, Any]:
    """The plugin expects the names of Session Manager: ``SessionId``; ECS says ``sessionId``."""
    return {key[0].upper() + key[1:]: value for key, value in session.items() if isinstance(value, str)}
