"""Every AWS error becomes one message with the API action, the reason and a fix."""

from __future__ import annotations

import pytest
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, NoCredentialsError

from operations.aws_errors import explain, is_transient


def answer(code: str, message: str = "because") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "DescribeServices")


@pytest.mark.feature("O2")
@pytest.mark.parametrize(
    ("error", "message"),
    [
        (answer("AccessDeniedException"), "AWS denies DescribeServices: because. Fix: allow your role this action"),
        (answer("ExpiredTokenException"), "the AWS credentials have expired (DescribeServices: because). Fix: log in"),
        (answer("UnrecognizedClientException"), "AWS rejects the credentials (DescribeServices: because). Fix: log in"),
        (answer("ThrottlingException"), "AWS throttles DescribeServices (ThrottlingException: because). Fix: run"),
        (answer("ServerException"), "AWS rejects DescribeServices: ServerException: because"),
        (NoCredentialsError(), "no usable AWS credentials: Unable to locate credentials. Fix: log in"),
        (EndpointConnectionError(endpoint_url="https://x"), "AWS cannot be reached: Could not connect"),
    ],
)
def test_error_names_action_reason_and_fix(error: ClientError | BotoCoreError, message: str) -> None:
    assert explain(error).startswith(message)


@pytest.mark.feature("O2")
def test_only_throttling_and_network_errors_are_transient() -> None:
    assert is_transient(answer("Throttling"))
    assert is_transient(EndpointConnectionError(endpoint_url="https://x"))
    assert not is_transient(answer("AccessDenied"))
    assert not is_transient(NoCredentialsError())
