"""ECS task scale-in protection of a worker: held while it is busy, renewed before it expires, released when idle.

Errors of the ECS agent are logged and tried again later. They never affect an Airflow task.
"""

from __future__ import annotations

import json
import logging
import time
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

log = logging.getLogger(__name__)

MINUTES = 30
IDLE_SECONDS = 10.0
RETRY_SECONDS = 15.0
TIMEOUT_SECONDS = 3.0


class AgentError(Exception):
    """Raised when the agent does not answer in time or does not accept the request."""


def call_agent(*, agent: str, enabled: bool, minutes: int = MINUTES) -> None:
    """Protect this Fargate task from scale-in for ``minutes``, or release the protection.

    Args:
        agent: address of the ECS agent (ECS_AGENT_URI).
        enabled: whether to protect the task.

    Raises:
        AgentError: the agent did not confirm within TIMEOUT_SECONDS.
    """
    body: dict[str, Any] = {"ProtectionEnabled": enabled}
    if enabled:
        body["ExpiresInMinutes"] = minutes
    request = urllib.request.Request(  # noqa: S310 - the address comes from ECS
        f"{agent}/task-protection/v1/state",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method="PUT",
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            response = json.load(answer)
    except (OSError, HTTPException, ValueError) as error:
        raise AgentError(str(error)) from error
    if not isinstance(response, dict) or "protection" not in response:
        raise AgentError(json.dumps(response))


class Protection:
    """The protection of one worker. Not thread-safe: only the heartbeat thread calls it.

    Args:
        set_state: enables or disables the protection; may raise AgentError.
        minutes: term of the protection.
    """

    def __init__(
        self, *, set_state: Callable[[bool], None], minutes: int = MINUTES, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._set_state = set_state
        self._seconds = minutes * 60
        self._clock = clock
        self._held_until = 0.0
        self._last_busy = 0.0
        self._retry_at = 0.0

    @property
    def held(self) -> bool:
        """Whether the protection is enabled and has not expired."""
        return self._clock() < self._held_until

    def follow(self, *, busy: bool) -> None:
        """Enable the protection while busy, renew it in the second half of its term, release it after IDLE_SECONDS."""
        now = self._clock()
        if busy:
            self._last_busy = now
        if now < self._retry_at:
            return
        if busy and self._held_until - now < self._seconds / 2:
            self._set(enabled=True, now=now)
        elif not busy and self.held and now - self._last_busy >= IDLE_SECONDS:
            self._set(enabled=False, now=now)

    def _set(self, *, enabled: bool, now: float) -> None:
        try:
            self._set_state(enabled)
        except AgentError as error:
            self._retry_at = now + RETRY_SECONDS
            log.warning("task protection %s: %s; next try in %d s", "on" if enabled else "off", error, RETRY_SECONDS)
        else:
            self._held_until = now + self._seconds if enabled else 0.0
            log.info("task protection %s", "on" if enabled else "off")
