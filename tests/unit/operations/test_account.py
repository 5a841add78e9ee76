"""Credentials and the account of an environment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from moto.core.botocore_stubber import MockRawResponse

from operations.account import Account
from operations.errors import PreconditionError
from tests.unit.operations.cloud import Cloud


@pytest.mark.feature("E4")
def test_credentials_of_another_account_are_rejected(empty_account: Account) -> None:
    certificate = "arn:aws:acm:eu-central-1:999999999999:certificate/0000"
    environment = Cloud.environment(account_id="999999999999", load_balancer={"certificate_arn": certificate})
    other = Cloud.account_of(environment)
    with pytest.raises(
        PreconditionError, match=r"dev is in account 999999999999, the credentials belong to 123456789012"
    ):
        other.guard()
    assert empty_account.guard() is empty_account


@pytest.mark.feature("O2")
def test_account_records_whether_a_call_changed_something(empty_account: Account) -> None:
    account = Account(empty_account.environment)
    account.client("ssm").describe_parameters()
    assert not account.changed
    with pytest.raises(ClientError):
        account.client("ssm").delete_parameter(Name="/airflow/dev/absent")
    assert not account.changed
    account.client("ssm").put_parameter(Name="/airflow/dev/x", Value="x", Type="String")
    assert account.changed


@pytest.mark.feature("O2")
@pytest.mark.parametrize(
    ("error", "message"),
    [
        (EndpointConnectionError(endpoint_url="https://sts"), "AWS cannot be reached: "),
        (NoCredentialsError(), "no usable AWS credentials: "),
    ],
)
def test_missing_network_and_missing_credentials_have_different_messages(
    empty_account: Account, monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    class Sts:
        def get_caller_identity(self) -> None:
            raise error

    monkeypatch.setattr(empty_account, "client", lambda _service: Sts())
    with pytest.raises(PreconditionError, match=message):
        empty_account.guard()


@pytest.mark.feature("O2")
def test_missing_connection_ends_after_few_attempts_and_throttling_after_many(
    empty_account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    throttled = '{"__type": "ThrottlingException"}'
    answers: dict[str, Callable[[], AWSResponse]] = {
        "network": lambda: _raise(EndpointConnectionError(endpoint_url="https://ssm")),
        "throttling": lambda: AWSResponse("https://ssm", 400, {}, MockRawResponse(throttled)),
    }
    sent: dict[str, int] = dict.fromkeys(answers, 0)
    for name, answer in answers.items():

        def send(*, name: str = name, answer: Callable[[], AWSResponse] = answer, **_context: Any) -> AWSResponse:
            sent[name] += 1
            return answer()

        client = Account(empty_account.environment).client("ssm")
        client.meta.events.register_first("before-send", send)
        with pytest.raises((EndpointConnectionError, ClientError)):
            client.describe_parameters()
    assert sent == {"network": 3, "throttling": 9}
    assert client.meta.config.connect_timeout * 3 <= 10


def _raise(error: Exception) -> NoReturn:
    raise error


@pytest.mark.feature("O2")
def test_suggested_commands_and_files_name_another_folder(empty_account: Account, tmp_path: Path) -> None:
    assert empty_account.command("rotate", "jwt") == ".venv/bin/python -m operations rotate dev jwt"
    assert empty_account.file == "environments/dev.yaml"
    empty_account.folder = tmp_path
    assert empty_account.command("deploy") == f".venv/bin/python -m operations deploy dev --folder {tmp_path}"
    assert empty_account.file == f"{tmp_path}/dev.yaml"
