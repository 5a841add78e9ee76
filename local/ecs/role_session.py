"""Sessions of the IAM roles that ECS assumes for a Fargate task."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import boto3
from botocore.config import Config

from local.containers.engine import EngineError

ECS_TASKS = "ecs-tasks.amazonaws.com"
# Sessions last an hour; a credentials provider asks for new ones ten minutes before their end.
RENEW_SECONDS = 1800
SESSION_NAME_LENGTH = 64
_making = threading.Lock()


class Account(Protocol):
    """The AWS emulator: it starts sessions of roles."""

    account_id: str
    region: str

    @property
    def url(self) -> str: ...

    def assume(self, role: str, principal: Mapping[str, Any], *, session: str) -> dict[str, str]: ...


@dataclass(kw_only=True)
class RoleSession:
    """Credentials of a role that ECS has assumed, renewed before they expire.

    Args:
        account: the account of the role.
        role: ARN of the role.
        name: name of the session.
    """

    account: Account
    role: str
    name: str
    _made: dict[str, str] = field(default_factory=dict)
    _renew_at: float = 0.0

    def credentials(self) -> dict[str, str]:
        """The credentials, as the ECS credentials endpoint returns them.

        Raises:
            EngineError: the trust policy of the role does not let ECS assume it.
        """
        if time.monotonic() >= self._renew_at:
            source = f"arn:aws:ecs:{self.account.region}:{self.account.account_id}:*"
            try:
                principal = {"service": ECS_TASKS, "source_arn": source}
                self._made = self.account.assume(self.role, principal, session=self.name[-SESSION_NAME_LENGTH:])
            except RuntimeError as error:
                raise EngineError(f"ECS was unable to assume the role {self.role!r}: {error}") from None
            self._renew_at = time.monotonic() + RENEW_SECONDS
        return self._made

    def client(self, service: str) -> Any:
        """A boto3 client that acts as the role."""
        made = self.credentials()
        with _making:  # boto3's default session is not safe to use from several threads
            return boto3.client(
                service,
                endpoint_url=self.account.url,
                region_name=self.account.region,
                aws_access_key_id=made["AccessKeyId"],
                aws_secret_access_key=made["SecretAccessKey"],
                aws_session_token=made["Token"],
                config=Config(retries={"total_max_attempts": 1}),
            )
