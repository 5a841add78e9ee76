"""Gives every connection to the broker a fresh token: redis-py asks for credentials when a connection opens."""

from __future__ import annotations

import os

from redis.credentials import CredentialProvider

from airflow_fargate.backing_services import Broker


class TaskRole(CredentialProvider):  # type: ignore[misc]
    """The user of this Fargate task. Kombu makes the object from its name in the broker's URL."""

    def __init__(self) -> None:
        self._broker = Broker.of(os.environ)

    def get_credentials(self) -> tuple[str, str]:
        """The user and a fresh token."""
        return self._broker.user, self._broker.current_password()
