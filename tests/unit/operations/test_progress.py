"""Waiting survives throttling and network errors, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from operations.errors import OperationError
from operations.progress import wait_for


def answers(*values: Exception | str | None) -> Callable[[], str | None]:
    remaining: Iterator[Exception | str | None] = iter(values)

    def check() -> str | None:
        value = next(remaining)
        if isinstance(value, Exception):
            raise value
        return value

    return check


def wait(check: Callable[[], str | None], seconds: float = 60) -> str:
    return wait_for("steady services", check, seconds=seconds, every=15, fix="Check: it", sleep=lambda _seconds: None)


def throttled(code: str = "ThrottlingException") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "Rate exceeded"}}, "DescribeServices")


@pytest.mark.feature("O2")
def test_wait_continues_after_throttling_and_a_lost_connection() -> None:
    lost = EndpointConnectionError(endpoint_url="https://ecs")
    assert wait(answers(throttled(), None, lost, "steady")) == "steady"


@pytest.mark.feature("O2")
def test_wait_ends_at_other_errors() -> None:
    with pytest.raises(ClientError):
        wait(answers(throttled("AccessDeniedException"), "steady"))


@pytest.mark.feature("O2")
def test_time_limit_names_the_last_error() -> None:
    with pytest.raises(
        OperationError, match=r"timed out after 15 s while waiting for .*\. Last error: AWS throttles .* Check: it"
    ):
        wait(answers(throttled(), throttled()), seconds=15)
