"""The AWS account of an environment: the right one, or none."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from environments import Environment
from operations.errors import Refused

CREDENTIALS_FIX = "Fix: log in (aws sso login), or set AWS_PROFILE"


@dataclass
class Account:
    """Clients for the account and region of ``environment``; ``sleep`` is replaced by tests."""

    environment: Environment
    sleep: Callable[[float], None] = time.sleep
    session: Any = field(default=None, repr=False)
    _clients: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.session = self.session or boto3.Session(region_name=self.environment.region)
        self.names = self.environment.names

    def client(self, service: str) -> Any:
        """The client of ``service`` in the environment's region."""
        if service not in self._clients:
            self._clients[service] = self.session.client(service, region_name=self.environment.region)
        return self._clients[service]

    def caller(self) -> tuple[str, str]:
        """Account id and ARN behind the credentials at hand. Raises Refused when there are none that work."""
        try:
            identity = self.client("sts").get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise Refused(f"no usable AWS credentials: {error}. {CREDENTIALS_FIX}") from None
        return identity["Account"], identity["Arn"]

    def guard(self) -> Account:
        """E4: this account if the credentials at hand belong to it. Raises Refused otherwise."""
        account, arn = self.caller()
        if account != self.environment.account_id:
            raise Refused(
                f"{self.environment.name} lives in account {self.environment.account_id}, the credentials are of "
                f"{account} ({arn}). {CREDENTIALS_FIX}"
            )
        return self


def missing(error: ClientError, *codes: str) -> bool:
    """Does AWS say that the thing asked for is not there (one of ``codes``)?"""
    return error.response["Error"]["Code"] in codes
