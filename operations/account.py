"""The AWS account of an environment: its clients, and the check that the credentials belong to it."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.exceptions import ConnectionError as AwsConnectionError

from environments import Environment
from environments.load import HOME
from operations.aws_errors import CREDENTIALS_FIX, code_of, explain
from operations.errors import PreconditionError
from operations.steps import Steps

RETRIES = Config(retries={"mode": "standard", "max_attempts": 8}, connect_timeout=3)
"""Throttling is retried for a minute; a connection is tried ``CONNECTION_ATTEMPTS`` times, which takes ten seconds."""
CONNECTION_ATTEMPTS = 3
READS = ("BatchGet", "Describe", "Get", "Head", "List")
"""Prefixes of the API actions that change nothing."""
PYTHON = ".venv/bin/python"


@dataclass
class Account:
    """Clients for the account and region of one environment.

    Args:
        environment: whose account it is.
        folder: the folder of its file, named in messages and in suggested commands.
        sleep: :func:`time.sleep`; tests replace it.
        changed: whether this process changed anything in AWS.
        arn: ARN of the credentials, once :meth:`caller` has asked for it.
        steps: the steps of the running command.
    """

    environment: Environment
    folder: Path = HOME
    sleep: Callable[[float], None] = time.sleep
    session: Any = field(default=None, repr=False)
    changed: bool = False
    arn: str = ""
    steps: Steps = field(default_factory=Steps)
    _clients: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.names = self.environment.names

    def client(self, service: str) -> Any:
        """The client of ``service`` in the environment's region."""
        if service not in self._clients:
            self.session = self.session or boto3.Session(region_name=self.environment.region)
            made = self.session.client(service, region_name=self.environment.region, config=RETRIES)
            made.meta.events.register("after-call", self._record_change)
            made.meta.events.register_first("needs-retry", _end_without_connection)
            self._clients[service] = made
        return self._clients[service]

    def _record_change(self, *, model: Any, http_response: Any, **_context: Any) -> None:
        self.changed |= http_response.status_code < 300 and not model.name.startswith(READS)

    @property
    def file(self) -> str:
        """The environment file as messages name it, for example ``environments/dev.yaml``."""
        folder = "environments" if self.folder == HOME else str(self.folder)
        return f"{folder}/{self.environment.name}.yaml"

    def command(self, verb: str, *arguments: str) -> str:
        """The command line for a shell that runs ``verb`` for this environment from the project's folder.

        Example: ``.venv/bin/python -m operations rotate dev jwt``.
        """
        words = [self.environment.name, *arguments, *([] if self.folder == HOME else ["--folder", str(self.folder)])]
        return f"{PYTHON} -m operations {verb} {shlex.join(words)}"

    def caller(self) -> tuple[str, str]:
        """Account id and ARN behind the credentials.

        Raises:
            PreconditionError: there are no valid credentials, or AWS cannot be reached.
        """
        try:
            identity = self.client("sts").get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise PreconditionError(explain(error)) from None
        self.arn = identity["Arn"]
        return identity["Account"], self.arn

    def guard(self) -> Account:
        """This account, when the credentials belong to it.

        Raises:
            PreconditionError: the credentials belong to another account.
        """
        account, arn = self.caller()
        if account != self.environment.account_id:
            raise PreconditionError(
                f"{self.environment.name} is in account {self.environment.account_id}, the credentials belong to "
                f"{account} ({arn}). {CREDENTIALS_FIX}"
            )
        return self


def _end_without_connection(*, attempts: int, caught_exception: Exception | None, **_context: Any) -> None:
    """End the retries of botocore, which can only be ended by an error, when AWS cannot be reached."""
    if caught_exception and attempts >= CONNECTION_ATTEMPTS and isinstance(caught_exception, AwsConnectionError):
        raise caught_exception


def missing(error: ClientError, *codes: str) -> bool:
    """Whether AWS answers that the resource does not exist, with one of ``codes``."""
    return code_of(error) in codes
