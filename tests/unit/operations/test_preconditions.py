"""Every command in every situation that it cannot work in: one message with a fix, and a documented exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.client import BaseClient
from botocore.exceptions import ClientError, NoCredentialsError
from typer.main import get_command

from operations import __main__ as command_line
from operations.commands import deployment
from operations.hibernation import hibernate
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.cloud_resources import CLIENTS, PROCESSES
from tests.unit.operations.command_line import RUNNER

WORDS: dict[str, tuple[str, ...]] = {
    "airflow": ("--", "dags", "list"),
    "backup": (),
    "backups": (),
    "bootstrap": ("--yes",),
    "deploy": ("--yes",),
    "destroy": (),
    "downgrade": ("29ce7909c52b", "--yes"),
    "hibernate": ("--yes",),
    "image": (),
    "logs": ("scheduler",),
    "migrate": (),
    "open": (),
    "pause": ("--yes",),
    "plan": (),
    "rehearse-upgrade": (),
    "restore": ("--snapshot", "airflow-dev-1", "--yes"),
    "resume": (),
    "rotate": ("database", "--yes"),
    "scale": ("worker-default", "1"),
    "secrets": (),
    "shell": (),
    "status": (),
    "support-bundle": (),
    "upgrade": ("sha256:" + "0" * 64, "--yes"),
    "verify": (),
    "wake": (),
}
"""Every command that acts on the account of an environment, with further words of its command line."""
WITHOUT_ACCOUNT = {"bundle", "cost", "dags", "doctor", "handover", "hcp", "pin", "pipelines"}
"""Commands that need no account, or have a separate test for a missing one."""
WITHOUT_STATE = {"restore", "open", "shell", "destroy"}
"""Commands that another precondition stops earlier: a snapshot, the key ``exec_enabled``, the question."""
STACKS = {"deploy", "destroy", "plan", "bootstrap"}


def rejected(folder: Path, *, name: str = "dev", verbs: set[str]) -> dict[str, str]:
    """The last line of each command's message; each must end with 1 or 2, print no result and suggest a fix."""
    messages = {}
    for verb in sorted(verbs):
        done = RUNNER.invoke(command_line.app, [verb, "--folder", str(folder), name, *WORDS[verb]], input="dev\n")
        assert isinstance(done.exception, SystemExit), (verb, done.exception)
        assert done.exit_code in (1, 2), verb
        message = done.stderr if verb != "verify" else done.stdout + done.stderr
        assert "Fix: " in message, (verb, message)
        assert "Traceback" not in message
        messages[verb] = message
    return messages


@pytest.fixture(autouse=True)
def no_synthesis(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("synthesize", "synthesize_one"):
        monkeypatch.setattr(deployment, name, lambda _folder: None)


@pytest.mark.feature("O2")
def test_every_command_is_listed_here() -> None:
    commands = get_command(command_line.app).commands  # type: ignore[attr-defined]
    assert set(commands) == set(WORDS) | WITHOUT_ACCOUNT


@pytest.mark.feature("O2")
def test_environment_that_does_not_exist_is_named_with_those_that_do(folder: Path) -> None:
    for message in rejected(folder, name="nowhere", verbs=set(WORDS)).values():
        assert (
            message == f"{folder}/nowhere.yaml: no such file; environments in this folder: dev. Fix: correct the name\n"
        )


UNKNOWN = {
    "logs": ("dev", "nosuch"),
    "open": ("dev", "nosuch"),
    "rotate": ("dev", "nosuch", "--yes"),
    "scale": ("dev", "nosuch", "1"),
    "shell": ("dev", "nosuch"),
}


@pytest.mark.feature("O2")
@pytest.mark.parametrize("verb", sorted(UNKNOWN))
def test_unknown_name_is_answered_with_those_that_exist(folder: Path, verb: str) -> None:
    done = RUNNER.invoke(command_line.app, [verb, "--folder", str(folder), *UNKNOWN[verb]])
    assert done.exit_code in (1, 2)
    assert "'nosuch'" in done.stderr
    assert "Allowed: " in done.stderr
    assert ". Fix: name one of them" in done.stderr


def answers(monkeypatch: pytest.MonkeyPatch, error: Exception, *, account: str = "123456789012") -> None:
    """Let every call fail with ``error``, but for the question to which account the credentials belong."""
    identity = {"Account": account, "Arn": f"arn:aws:sts::{account}:assumed-role/operator/me"}

    def call(_self: Any, operation: str, _parameters: Any) -> dict[str, str]:
        if operation == "GetCallerIdentity" and account:
            return identity
        if isinstance(error, ClientError):
            raise ClientError(error.response, operation)
        raise error

    CLIENTS.pending = {}
    monkeypatch.setattr(BaseClient, "_make_api_call", call)


def client_error(code: str) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": "because"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    return ClientError(response, "")


@pytest.mark.feature("O2")
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (client_error("ExpiredTokenException"), "the AWS credentials have expired (GetCallerIdentity: because). Fix: "),
        (NoCredentialsError(), "no usable AWS credentials: Unable to locate credentials. Fix: log in (aws sso login)"),
        (client_error("UnrecognizedClientException"), "or enable the region of the environment file in the account"),
    ],
    ids=["expired", "missing", "invalid"],
)
def test_unusable_credentials_stop_every_command(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, expected: str
) -> None:
    answers(monkeypatch, error, account="")
    for verb, message in rejected(folder, verbs=set(WORDS)).items():
        assert expected in message, verb


@pytest.mark.feature("O2")
def test_credentials_of_another_account_stop_every_command(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, AssertionError("a call in another account"), account="999999999999")
    for message in rejected(folder, verbs=set(WORDS)).values():
        assert "dev is in account 123456789012, the credentials belong to 999999999999" in message


@pytest.mark.feature("O2")
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AccessDeniedException", "allow arn:aws:sts::123456789012:assumed-role/operator/me this action"),
        ("ThrottlingException", "AWS throttles "),
    ],
)
def test_denied_and_throttled_calls_name_the_action_and_the_role(
    folder: Path, monkeypatch: pytest.MonkeyPatch, code: str, expected: str
) -> None:
    answers(monkeypatch, client_error(code))
    for verb, message in rejected(folder, verbs=set(WORDS) - WITHOUT_STATE).items():
        if verb not in {"verify", "secrets"}:
            assert expected in message, verb


@pytest.mark.feature("O2")
def test_environment_that_is_not_deployed_names_the_deployment(folder: Path) -> None:
    CLIENTS.pending = {}
    for verb, message in rejected(
        folder, verbs=set(WORDS) - WITHOUT_STATE - STACKS - {"backups", "support-bundle"}
    ).items():
        assert "operations deploy dev" in message, verb


NEED_THE_DATABASE = {
    "airflow",
    "backup",
    "downgrade",
    "migrate",
    "pause",
    "rehearse-upgrade",
    "resume",
    "rotate",
    "scale",
}


@pytest.mark.feature("O2", "A4")
def test_commands_that_need_the_database_of_a_hibernating_environment_change_nothing(
    folder: Path, cloud: Cloud
) -> None:
    hibernate(cloud.account)
    before = cloud.desired(), cloud.deployments(), cloud.read("database-password")
    cloud.account.changed = False
    for verb, message in rejected(folder, verbs=NEED_THE_DATABASE).items():
        assert "operations wake dev" in message, verb
    assert (cloud.desired(), cloud.deployments(), cloud.read("database-password")) == before
    assert cloud.tasks() == []
    assert "operations wake dev" in rejected(folder, verbs={"verify"})["verify"]


@pytest.mark.feature("O2", "O8")
def test_status_of_a_partly_destroyed_environment_shows_what_is_left(folder: Path, cloud: Cloud) -> None:
    for process in PROCESSES[1:]:
        cloud.client("ecs").delete_service(cluster=cloud.names.name, service=process, force=True)
    done = RUNNER.invoke(command_line.app, ["status", "dev", "--folder", str(folder)])
    assert done.exit_code == 0
    assert "no services: the environment is not deployed completely, or partly destroyed" in done.stdout
    assert "database    available" in done.stdout
    assert "operations deploy dev" in done.stderr.splitlines()[-1]
    assert "has no services" in rejected(folder, verbs={"scale"})["scale"]


@pytest.mark.feature("O2")
def test_lost_database_is_named_before_anything_is_changed(folder: Path, cloud: Cloud) -> None:
    cloud.client("rds").delete_db_instance(DBInstanceIdentifier=cloud.names.name, SkipFinalSnapshot=True)
    for verb, message in rejected(folder, verbs=NEED_THE_DATABASE | {"hibernate", "wake"}).items():
        assert "database airflow-dev does not exist. Fix: " in message, verb
    assert cloud.tasks() == []


@pytest.mark.feature("O2", "D6")
def test_restore_into_another_environment_names_the_missing_snapshot(folder: Path) -> None:
    document = yaml.safe_load((folder / "dev.yaml").read_text())
    (folder / "other.yaml").write_text(yaml.safe_dump({**document, "name": "other"}))
    words = ["restore", "dev", "--into", "other", "--snapshot", "nowhere", "--folder", str(folder)]
    done = RUNNER.invoke(command_line.app, words)
    assert (done.exit_code, "no snapshot 'nowhere' in eu-central-1. Fix: " in done.stderr) == (2, True)


@pytest.mark.feature("O2")
def test_question_without_a_terminal_ends_with_exit_code_2(folder: Path, cloud: Cloud) -> None:
    done = RUNNER.invoke(command_line.app, ["hibernate", "dev", "--folder", str(folder)], input="")
    assert done.exit_code == 2
    assert "the question has no answer, because the input ended. Fix: run the command in a terminal" in done.stderr
    assert set(cloud.desired().values()) == {1}
