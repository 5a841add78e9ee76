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
        self._may_be_held_until = 0.0
        self._last_busy = 0.0
        self._failed: bool | None = None
        self._retry_at = 0.0

    @property
    def held(self) -> bool:
        """Whether the agent has confirmed the protection, and it has not expired."""
        return self._clock() < self._held_until

    def follow(self, *, busy: bool) -> None:
        """Enable the protection while busy, renew it in the second half of its term, release it after IDLE_SECONDS."""
        now = self._clock()
        if busy:
            self._last_busy = now
        wanted = self._wanted(busy=busy, now=now)
        if wanted is not None and (wanted is not self._failed or now >= self._retry_at):
            self._set(enabled=wanted, now=now)

    def _wanted(self, *, busy: bool, now: float) -> bool | None:
        """The state to request; None for no request."""
        if busy:
            return True if self._held_until - now < self._seconds / 2 else None
        return False if now < self._may_be_held_until and now - self._last_busy >= IDLE_SECONDS else None

    def _set(self, *, enabled: bool, now: float) -> None:
        """Request a state. A request without an answer may have been carried out."""
        until = now + self._seconds if enabled else 0.0
        try:
            self._set_state(enabled)
        except AgentError as error:
            self._failed, self._retry_at = enabled, now + RETRY_SECONDS
            self._held_until = self._held_until if enabled else 0.0
            self._may_be_held_until = max(self._may_be_held_until, until)
            log.warning("task protection %s: %s; next try in %d s", "on" if enabled else "off", error, RETRY_SECONDS)
        else:
            self._failed, self._held_until, self._may_be_held_until = None, until, until
            log.info("task protection %s", "on" if enabled else "off")
