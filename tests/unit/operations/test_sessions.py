"""Shell and port forwarding: Session Manager's plugin gets the session, its token is in no list of processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from moto.ecs.models import ecs_backends
from terraform_harness.emulator.sessions.agents import Agent, connect, connected

from operations.account import Account
from operations.errors import PreconditionError
from operations.sessions import forward, shell
from tests.unit.operations.cloud import Cloud

PLUGIN = """#!/bin/sh
printf '%s\\n' "$@" > {out}/words
printf '%s' "$AWS_SSM_START_SESSION_RESPONSE" > {out}/session
exit 7
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the place of Session Manager's plugin, which records what it is given."""
    program = tmp_path / "session-manager-plugin"
    program.write_text(PLUGIN.format(out=tmp_path))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path


@pytest.fixture
def account(cloud: Cloud) -> Account:
    return Cloud.account_of(Cloud.environment(airflow={"exec_enabled": True}))


@pytest.fixture
def running(cloud: Cloud, account: Account) -> str:
    """ARN of a task of the api-server whose agent of ECS Exec is connected."""
    where = {"subnets": cloud.subnets[:1], "securityGroups": [cloud.groups["api-server"]]}
    task: str = account.client("ecs").run_task(
        cluster=account.names.name, taskDefinition=account.names.one_off("api-server"), group="service:api-server",
        launchType="FARGATE", networkConfiguration={"awsvpcConfiguration": where}, enableExecuteCommand=True,
    )["tasks"][0]["taskArn"]  # fmt: skip
    found = [{"containerName": "api-server", "status": "RUNNING"}]
    account.client("ecs").submit_task_state_change(
        cluster=account.names.name, task=task, status="RUNNING", containers=found
    )
    connect(Agent(task=task, container="api-server"))
    return task


@pytest.mark.feature("O8", "T7")
def test_shell_hands_the_session_to_the_plugin_and_returns_its_exit_code(
    account: Account, running: str, plugin: Path
) -> None:
    assert shell(account, "api-server", "/bin/bash") == 7
    words = (plugin / "words").read_text().splitlines()
    assert words[:3] == ["AWS_SSM_START_SESSION_RESPONSE", "eu-central-1", "StartSession"]
    target = json.loads(words[4])["Target"]
    assert target.startswith(f"ecs:airflow-dev_{running.rsplit('/', 1)[-1]}_")
    session = json.loads((plugin / "session").read_text())
    assert session["StreamUrl"].startswith("ws://127.0.0.1:")
    assert session["TokenValue"] not in " ".join(words)


@pytest.mark.feature("O8")
def test_open_forwards_a_free_local_port_to_the_user_interface(
    account: Account, running: str, plugin: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert forward(account, "api-server") == 7
    request = json.loads((plugin / "words").read_text().splitlines()[4])
    (local,) = request["Parameters"]["localPortNumber"]
    assert (request["Parameters"]["portNumber"], request["DocumentName"]) == (
        ["8080"],
        "AWS-StartPortForwardingSession",
    )
    assert f"http://localhost:{local} until Ctrl-C" in capfd.readouterr().err


@pytest.mark.feature("O8")
def test_agent_without_connection_has_a_fix(account: Account, running: str, plugin: Path) -> None:
    connected(ecs_backends[account.environment.account_id]["eu-central-1"]).clear()
    message = "the agent of ECS Exec in api-server has no connection .* Fix: run the command again in a minute"
    with pytest.raises(PreconditionError, match=message):
        shell(account, "api-server", "/bin/bash")
    with pytest.raises(PreconditionError, match=message):
        forward(account, "api-server")


@pytest.mark.feature("O8")
def test_component_without_a_user_interface_is_rejected(account: Account) -> None:
    with pytest.raises(PreconditionError, match="'scheduler' has no user interface. Allowed: api-server, standalone"):
        forward(account, "scheduler")


@pytest.mark.feature("O8")
def test_missing_plugin_is_named_with_its_fix(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PreconditionError, match="session-manager-plugin is not on PATH. Fix: install"):
        shell(account, "scheduler", "/bin/bash")


@pytest.mark.feature("O8")
def test_environment_without_ecs_exec_names_the_key(cloud: Cloud, plugin: Path) -> None:
    with pytest.raises(PreconditionError, match="ECS Exec is off. Fix: set airflow.exec_enabled: true in "):
        shell(cloud.account, "scheduler", "/bin/bash")


@pytest.mark.feature("O8")
def test_component_that_does_not_run_is_an_error_with_a_fix(account: Account, running: str, plugin: Path) -> None:
    with pytest.raises(PreconditionError, match="no Fargate task of scheduler runs with ECS Exec. Fix: "):
        shell(account, "scheduler", "/bin/bash")
