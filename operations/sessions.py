"""Opens a shell or a port of a running container through ECS Exec and Session Manager."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from operations.account import Account
from operations.aws_errors import code_of
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
KEYS = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP)
"""Signals of the keyboard (Ctrl-C, Ctrl-\\, Ctrl-Z), which the program in the container gets."""
NOT_CONNECTED = {"TargetNotConnected", "TargetNotConnectedException"}
NOT_CONNECTED_FIX = (
    "Fix: run the command again in a minute if the Fargate task has just started; otherwise restart the service, and "
    "check that its subnets reach ssmmessages (an endpoint or a NAT gateway) and that no policy denies ssmmessages to "
    "its task role"
)
PORTS = {"api-server": 8080, "standalone": 8080, "flower": 5555}
"""Components with a user interface, and the port that they serve."""


def shell(account: Account, component: str, command: str) -> int:
    """Run ``command`` in the main container of a running Fargate task.

    ECS splits the command into words and starts the program without a shell: ``bash -c 'a && b'``.

    Returns:
        The exit code of the plugin: ECS Exec does not transfer the exit code of the program.

    Raises:
        PreconditionError: ECS Exec is off or has no connection, the plugin is missing, or the component does not run.
    """
    task = _running(account, component)
    with _connected(component):
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
        raise PreconditionError(
            f"{component!r} has no user interface. Allowed: {', '.join(PORTS)}. Fix: name one of them"
        )
    task = _running(account, component)
    local = port or _free_port()
    request = {
        "Target": _target(account, task, component),
        "DocumentName": PORT_FORWARDING,
        "Parameters": {"portNumber": [str(PORTS[component])], "localPortNumber": [str(local)]},
    }
    with _connected(component):
        answer = account.client("ssm").start_session(**request)
    session = {key: answer[key] for key in ("SessionId", "TokenValue", "StreamUrl")}
    say(f"{component} {_id(task)}: http://localhost:{local} until Ctrl-C")
    return _plugin(account, session, request, service="ssm")


def require_program(command: str) -> None:
    """Check that ``command`` has words: the agent in the container would end the session without a message.

    Raises:
        PreconditionError: it has none, or a quotation is open.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise PreconditionError(f"--command {command!r}: {error}. Fix: close the quotation") from None
    if not words:
        raise PreconditionError(f"--command {command!r} names no program. Fix: --command /bin/bash")


@contextmanager
def _connected(component: str) -> Iterator[None]:
    """Explain an agent without connection, which AWS calls an internal error."""
    try:
        yield
    except ClientError as error:
        if code_of(error) not in NOT_CONNECTED:
            raise
        raise PreconditionError(
            f"the agent of ECS Exec in {component} has no connection to Session Manager ({code_of(error)}). "
            f"{NOT_CONNECTED_FIX}"
        ) from None


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
    """Run the plugin as the AWS CLI does. Ctrl-C is for the session, and must not end this process before it."""
    region = account.environment.region
    endpoint = account.client(service).meta.endpoint_url
    words = [PLUGIN, RESPONSE, region, "StartSession", "", json.dumps(request), endpoint]
    variables = {**os.environ, RESPONSE: json.dumps(_title_case(session))}
    before = {key: signal.signal(key, _leave_to_the_plugin) for key in KEYS}
    try:
        return subprocess.run(words, env=variables, check=False).returncode
    except OSError as error:
        raise OperationError(f"{PLUGIN} did not start: {error}. {PLUGIN_FIX}") from None
    finally:
        for key, handler in before.items():
            signal.signal(key, handler)


def _leave_to_the_plugin(_signal: int, _frame: object) -> None:
    """Do nothing. A function, because the plugin would inherit that a signal is ignored."""


def _title_case(session: dict[str, Any]) -> dict[str, Any]:
    """The plugin expects the names of Session Manager: ``SessionId``; ECS says ``sessionId``."""
    return {key[0].upper() + key[1:]: value for key, value in session.items() if isinstance(value, str)}
