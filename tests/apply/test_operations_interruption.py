"""Every command is stopped at each of its AWS calls, reports that in one message, and succeeds when it is run again.

The account is moto in this process; the stacks are fakes. It takes half a minute, too long for the unit tier.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.client import BaseClient
from botocore.exceptions import ClientError, EndpointConnectionError
from moto.rds.models import rds_backends
from typer.testing import CliRunner

from environments import Environment
from operations import __main__ as command_line
from operations import deploy, restore, restored_state
from operations.account import Account
from operations.commands import checks, deployment, shared
from operations.commands import upgrade as upgrade_command
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.cloud_resources import CLIENTS
from tests.unit.operations.conftest import cloud, empty_account
from tests.unit.operations.fake_stack import FakeStack

__all__ = ["cloud", "empty_account"]  # fixtures
pytestmark = pytest.mark.long

CALL = BaseClient._make_api_call  # type: ignore[attr-defined]  # the one method through which every AWS call goes
NOW = datetime.datetime.now(datetime.UTC)
HOUR = datetime.timedelta(hours=1)
COMMANDS: dict[str, tuple[str, ...]] = {
    "deploy": ("deploy", "dev", "--yes"),
    "secrets": ("secrets", "dev"),
    "migrate": ("migrate", "dev"),
    "fernet": ("rotate", "dev", "fernet", "--yes"),
    "jwt": ("rotate", "dev", "jwt", "--yes"),
    "database": ("rotate", "dev", "database", "--yes"),
    "broker": ("rotate", "dev", "broker", "--yes"),
    "hibernate": ("hibernate", "dev", "--yes"),
    "wake": ("wake", "dev"),
    "backup": ("backup", "dev"),
    "upgrade": ("upgrade", "dev", "DIGEST", "--yes"),
    "restore": ("restore", "dev", "--snapshot", "saved", "--yes"),
    "restore-to-a-time": ("restore", "dev", "--time", f"{NOW - HOUR:%Y-%m-%dT%H:%M:%S}", "--yes"),
    "rehearse-upgrade": ("rehearse-upgrade", "dev"),
    "destroy": ("destroy", "dev"),
}


def denied(operation: str, code: str, status: int) -> ClientError:
    answer = {"Error": {"Code": code, "Message": "test"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)  # type: ignore[arg-type]


FAULTS: tuple[tuple[Callable[[str], BaseException], str], ...] = (
    (lambda _operation: KeyboardInterrupt(), "interrupted by Ctrl-C"),
    (lambda operation: denied(operation, "AccessDeniedException", 403), "Fix: "),
    (lambda operation: denied(operation, "ThrottlingException", 400), "AWS throttles"),
    (lambda operation: denied(operation, "ExpiredTokenException", 400), "credentials have expired"),
    (lambda _operation: EndpointConnectionError(endpoint_url="https://aws"), "AWS cannot be reached"),
)


class Calls:
    """Counts AWS calls and raises a fault at one of them."""

    def __init__(self) -> None:
        self.count, self.at = 0, -1
        self.fault: Callable[[str], BaseException] = FAULTS[0][0]

    def call(self, client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        self.count += 1
        if self.count == self.at:
            raise self.fault(operation)
        return CALL(client, operation, arguments)


@pytest.fixture
def calls(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Counts the AWS calls of commands, after every resource of the account was created."""
    for service in tuple(CLIENTS.pending):
        cloud.client(service)
    cloud.client("rds").create_db_snapshot(DBSnapshotIdentifier="saved", DBInstanceIdentifier=cloud.names.name)
    databases = rds_backends[cloud.account.environment.account_id]["eu-central-1"].databases
    databases[cloud.names.name].instance_create_time -= 2 * HOUR
    found = Calls()

    def call(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        return found.call(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    return found


@pytest.fixture
def run(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Run a command line; returns the exit code and stderr."""
    written = json.loads(cloud.account.environment.model_dump_json(exclude_unset=True))
    (tmp_path / "dev.yaml").write_text(yaml.safe_dump(written))
    images = cloud.client("ecr").list_images(repositoryName=cloud.names.name)["imageIds"]

    def account(environment: Environment, folder: Path) -> Account:
        found = Cloud.account_of(environment)
        found.folder = folder
        return found

    for module in (checks, shared):
        monkeypatch.setattr(module, "Account", account)
    for module in (deployment, upgrade_command):
        monkeypatch.setattr(module, "synthesize_one", lambda _file: None)
    monkeypatch.setattr(deploy, "Stack", FakeStack)
    monkeypatch.setattr(restore, "STAMP", "%Y%m%dt%H%M%S%f")  # here, several restores are complete within a minute
    monkeypatch.setattr(restored_state, "adopt", lambda _account, _resource: None)

    def command(*words: str) -> tuple[int, str]:
        given = [images[0]["imageDigest"] if word == "DIGEST" else word for word in words]
        done = CliRunner().invoke(command_line.app, [*given, "--folder", str(tmp_path)], input="dev\n")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stderr

    return command


@pytest.mark.feature("O2")
@pytest.mark.parametrize("name", COMMANDS)
def test_command_continues_after_a_fault_at_any_aws_call(
    name: str, calls: Calls, run: Callable[..., tuple[int, str]]
) -> None:
    for number in range(1, 1000):
        fault, message = FAULTS[number % len(FAULTS)]
        calls.count, calls.at, calls.fault = 0, number, fault
        code, err = run(*COMMANDS[name])
        if calls.count < number:
            break
        if code:  # a wait continues after throttling and network errors
            assert code in {1, 2, 130}, err
            assert message in err
            assert "Traceback" not in err
            assert ("Next: " in err) == (code in {1, 130})
    calls.at = -1
    code, err = run(*COMMANDS[name])
    assert code == 0, err
