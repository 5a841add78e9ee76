"""Shell and port forwarding: Session Manager's plugin gets the session, its token is in no list of processes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber

from operations.account import Account
from operations.errors import PreconditionError
from operations.sessions import forward, shell
from tests.unit.operations.cloud import Cloud

TASK = "arn:aws:ecs:eu-central-1:123456789012:task/airflow-dev/0123456789abcdef"
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
def account(empty_account: Account) -> Account:
    return Cloud.account_of(Cloud.environment(airflow={"exec_enabled": True}))


@pytest.fixture
def ecs(account: Account) -> Iterator[Stubber]:
    """ECS with one Fargate task of each component; moto does not emulate ECS Exec."""
    container = {"name": "api-server", "runtimeId": "0123-456"}
    running = {"taskArn": TASK, "lastStatus": "RUNNING", "healthStatus": "HEALTHY", "containers": [container]}
    with Stubber(account.client("ecs")) as stub:
        stub.add_response("list_tasks", {"taskArns": [TASK]})
        stub.add_response("describe_tasks", {"tasks": [running]})
        yield stub


@pytest.mark.feature("O8", "T7")
def test_shell_hands_the_session_to_the_plugin_and_returns_its_exit_code(
    account: Account, ecs: Stubber, plugin: Path
) -> None:
    session = {"sessionId": "s-1", "streamUrl": "wss://x", "tokenValue": "very-secret"}
    ecs.add_response("execute_command", {"session": session})
    assert shell(account, "api-server", "/bin/bash") == 7
    words = (plugin / "words").read_text().splitlines()
    assert words[:3] == ["AWS_SSM_START_SESSION_RESPONSE", "eu-central-1", "StartSession"]
    assert json.loads(words[4]) == {"Target": "ecs:airflow-dev_0123456789abcdef_0123-456"}
    assert "very-secret" not in " ".join(words)
    assert json.loads((plugin / "session").read_text())["TokenValue"] == "very-secret"


@pytest.mark.feature("O8")
def test_open_forwards_a_free_local_port_to_the_user_interface(
    account: Account, ecs: Stubber, plugin: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    answer: dict[str, Any] = {"SessionId": "s-1", "StreamUrl": "wss://x", "TokenValue": "very-secret"}
    with Stubber(account.client("ssm")) as ssm:
        ssm.add_response("start_session", answer)
        assert forward(account, "api-server") == 7
    request = json.loads((plugin / "words").read_text().splitlines()[4])
    (local,) = request["Parameters"]["localPortNumber"]
    assert (request["Parameters"]["portNumber"], request["DocumentName"]) == (
        ["8080"],
        "AWS-StartPortForwardingSession",
    )
    assert f"http://localhost:{local} until Ctrl-C" in capfd.readouterr().err


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
def test_component_that_does_not_run_is_said(account: Account, plugin: Path) -> None:
    with Stubber(account.client("ecs")) as ecs:
        ecs.add_response("list_tasks", {"taskArns": []})
        with pytest.raises(PreconditionError, match="no Fargate task of scheduler runs with ECS Exec. Fix: "):
            shell(account, "scheduler", "/bin/bash")
