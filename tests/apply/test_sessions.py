"""ECS Exec on the emulator: the command really runs, over the data channel of Session Manager, under the IAM policies.

AWS's own Session Manager plugin has packages for workstations only. A program of the harness takes its place: same
name, arguments and protocol.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from botocore.exceptions import ClientError
from terraform_harness.emulator.process import EmulatorError
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from operations.account import Account
from operations.errors import PreconditionError
from operations.sessions import forward, shell
from tests.exec_account import CLUSTER, ExecAccount, exec_account


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExecAccount]:
    with exec_account(tmp_path_factory.mktemp("sessions")) as made:
        yield made


@pytest.fixture(scope="module")
def operator(cloud: ExecAccount) -> dict[str, str]:
    return cloud.operator("operator")


@pytest.fixture(scope="module")
def scheduler(cloud: ExecAccount) -> str:
    """A task whose agent is connected; its commands are processes of this machine."""
    task = cloud.run_task("scheduler")
    inside = ("env", "WHERE=scheduler")
    cloud.aws.connect_agent(task=task, container="scheduler", terminal=inside, credentials=cloud.of_task("scheduler"))
    return task


@pytest.fixture
def acting_as(cloud: ExecAccount, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], Account]:
    """Act as an operator in this process and in the plugin."""

    def act(operator: dict[str, str]) -> Account:
        for name, value in cloud.environ(operator).items():
            monkeypatch.setenv(name, value)
        return cloud.account(operator)

    return act


@pytest.mark.feature("O8", "T7")
def test_command_runs_in_the_container_encrypted_and_recorded(
    cloud: ExecAccount,
    scheduler: str,
    operator: dict[str, str],
    acting_as: Callable[[dict[str, str]], Account],
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert shell(acting_as(operator), "scheduler", "sh -c 'echo in $WHERE; test -t 0 && echo on a terminal'") == 0
    printed, said = capfd.readouterr()
    assert "This session is encrypted using AWS KMS." in printed
    assert "in scheduler\r\non a terminal\r\n" in printed
    (session,) = re.findall(r"Exiting session with sessionId: (ecs-execute-command-\w+)\.", printed)
    assert "the session is recorded in the log group of ECS Exec" in said
    assert "in scheduler" in cloud.recorded(session)


@pytest.mark.feature("O8")
def test_command_is_split_into_words_and_not_run_by_a_shell(
    scheduler: str,
    operator: dict[str, str],
    acting_as: Callable[[dict[str, str]], Account],
    capfd: pytest.CaptureFixture[str],
) -> None:
    """As in a container on Fargate: the agent splits the words."""
    shell(acting_as(operator), "scheduler", "echo a && no-such-program")
    assert "a && no-such-program\r\n" in capfd.readouterr().out


@pytest.mark.feature("O8")
def test_permission_that_the_operator_lacks_is_named(
    scheduler: str, cloud: ExecAccount, acting_as: Callable[[dict[str, str]], Account]
) -> None:
    account = acting_as(cloud.operator("no-exec", "ecs:ExecuteCommand"))
    with pytest.raises(
        ClientError, match="not authorized to perform: ecs:ExecuteCommand on resource: arn:aws:ecs:"
    ) as error:
        shell(account, "scheduler", "true")
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"


@pytest.mark.feature("O8")
def test_operator_without_the_key_of_the_cluster_gets_no_session(
    scheduler: str,
    cloud: ExecAccount,
    acting_as: Callable[[dict[str, str]], Account],
    capfd: pytest.CaptureFixture[str],
) -> None:
    shell(acting_as(cloud.operator("no-key", "kms:GenerateDataKey")), "scheduler", "sh -c 'echo in $WHERE'")
    printed = capfd.readouterr().out
    assert "KMSEncryption failed on client" in printed
    assert "kms:GenerateDataKey" in printed
    assert "in scheduler" not in printed


@pytest.mark.feature("O8")
def test_task_role_without_a_channel_is_explained(
    cloud: ExecAccount, operator: dict[str, str], acting_as: Callable[[dict[str, str]], Account]
) -> None:
    task, role = cloud.run_task("triggerer"), cloud.of_task("no-channel", "ssmmessages:OpenControlChannel")
    with pytest.raises(EmulatorError, match="ssmmessages:OpenControlChannel"):
        cloud.aws.connect_agent(task=task, container="triggerer", credentials=role)
    with pytest.raises(PreconditionError, match="the agent of ECS Exec in triggerer has no connection .* Fix: run the"):
        shell(acting_as(operator), "triggerer", "true")


@pytest.mark.feature("O8")
def test_log_group_that_the_task_role_cannot_find_stops_the_session(
    cloud: ExecAccount,
    operator: dict[str, str],
    acting_as: Callable[[dict[str, str]], Account],
    capfd: pytest.CaptureFixture[str],
) -> None:
    task, role = cloud.run_task("triggerer"), cloud.of_task("no-group", "logs:DescribeLogGroups")
    cloud.aws.connect_agent(task=task, container="triggerer", credentials=role)
    shell(acting_as(operator), "triggerer", "echo started")
    printed = capfd.readouterr().out
    assert "We couldn't start the session because encryption is not set up" in printed
    assert "started\r\n" not in printed


@pytest.mark.feature("O8")
def test_task_that_started_without_ecs_exec_must_be_replaced(
    cloud: ExecAccount, operator: dict[str, str], acting_as: Callable[[dict[str, str]], Account]
) -> None:
    task = cloud.run_task("dag-processor", enabled=False)
    account = acting_as(operator)
    with pytest.raises(PreconditionError, match="older than airflow.exec_enabled must be replaced first"):
        shell(account, "dag-processor", "true")
    request = {"cluster": CLUSTER, "task": task, "container": "dag-processor", "command": "true"}
    with pytest.raises(ClientError, match="execute command was not enabled when the task was run"):
        account.client("ecs").execute_command(**request, interactive=True)
    with pytest.raises(ClientError, match="Interactive is the only mode supported currently"):
        account.client("ecs").execute_command(**request, interactive=False)


@pytest.mark.feature("O8")
def test_agent_needs_files_in_a_read_only_container(cloud: ExecAccount, scheduler: str) -> None:
    with pytest.raises(EmulatorError, match="sidecar: the agent of ECS Exec cannot write to /var/lib/amazon/ssm"):
        cloud.aws.connect_agent(task=scheduler, container="sidecar")


@pytest.mark.feature("O8")
def test_session_needs_its_token(cloud: ExecAccount, scheduler: str) -> None:
    session = cloud.aws.client("ecs").execute_command(
        cluster=CLUSTER, task=scheduler, container="scheduler", command="true", interactive=True
    )["session"]
    with connect(session["streamUrl"]) as connection:
        connection.send(json.dumps({"TokenValue": "guessed"}))
        with pytest.raises(ConnectionClosed, match="the token is not that of a session"):
            connection.recv()


@pytest.mark.feature("O8")
def test_ctrl_c_reaches_the_command_and_ends_neither_session_nor_operations(
    cloud: ExecAccount, scheduler: str, operator: dict[str, str]
) -> None:
    # A terminal discards what is printed in the moment of Ctrl-C (NOFLSH in termios(3)), so the command waits a little.
    command = "sh -c 'trap \"sleep 1; echo caught\" INT; echo ready; sleep 20; echo still here'"
    process = cloud.command_line(operator, "shell", "dev", "scheduler", "--command", command)
    assert process.stdout
    assert any("ready" in line for line in iter(process.stdout.readline, ""))
    os.killpg(process.pid, signal.SIGINT)
    printed, said = process.communicate(timeout=60)
    assert "caught\n" in printed
    assert "still here\n" in printed
    assert process.returncode == 0, said


class _Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"hello from {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.mark.feature("O8")
def test_open_forwards_requests_until_ctrl_c(cloud: ExecAccount, operator: dict[str, str]) -> None:
    with HTTPServer(("127.0.0.1", 0), _Hello) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        cloud.aws.connect_agent(
            task=cloud.run_task("api-server"),
            container="api-server",
            ports={8080: server.server_port},
            credentials=cloud.of_task("api-server"),
        )
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        process = cloud.command_line(operator, "open", "dev", "--port", str(port))
        assert process.stdout
        assert any("Waiting for connections" in line for line in iter(process.stdout.readline, ""))
        for path in ("/one", "/two"):
            with urllib.request.urlopen(f"http://localhost:{port}{path}", timeout=30) as response:
                assert response.read() == f"hello from {path}".encode()
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
        server.shutdown()
    assert process.returncode == 0, said
    assert f"http://localhost:{port} until Ctrl-C" in said
    assert "operations status dev" in said.splitlines()[-1]


@pytest.mark.feature("O8")
def test_open_needs_the_permission_on_the_task(
    cloud: ExecAccount, acting_as: Callable[[dict[str, str]], Account]
) -> None:
    account = acting_as(cloud.operator("no-session", "ssm:StartSession"))
    cloud.aws.connect_agent(task=cloud.run_task("api-server"), container="api-server")
    with pytest.raises(ClientError, match="not authorized to perform: ssm:StartSession on resource: arn:aws:ecs:"):
        forward(account, "api-server")
