"""ECS task scale-in protection: held while busy, renewed before it expires, given back when idle.

The agent's answers never decide over an Airflow task: whatever goes wrong is said once and tried again later.
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
LINGER = 10.0
RETRY_AFTER = 15.0
ANSWER_WITHIN = 3.0


class AgentError(Exception):
    """The agent is missing, slow, or says no."""


def call_agent(*, agent: str, enabled: bool, minutes: int = MINUTES) -> None:
    """Tell the ECS agent at ``agent`` (ECS_AGENT_URI) to protect this Fargate task for ``minutes``, or no longer.

    Raises AgentError on anything but success within ANSWER_WITHIN seconds.
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
        with urllib.request.urlopen(request, timeout=ANSWER_WITHIN) as answer:  # noqa: S310
            said = json.load(answer)
    except (OSError, HTTPException, ValueError) as error:
        raise AgentError(str(error)) from error
    if not isinstance(said, dict) or "protection" not in said:
        raise AgentError(json.dumps(said))


class Protection:
    """Follows whether the worker is busy. Not thread-safe: one keeper calls it."""

    def __init__(
        self, *, set_state: Callable[[bool], None], minutes: int = MINUTES, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._set_state = set_state
        self._seconds = minutes * 60
        self._clock = clock
        self._held_until = 0.0
        self._last_busy = 0.0
        self._quiet_until = 0.0

    @property
    def held(self) -> bool:
        """Whether ECS was told to protect this task and has not forgotten it since."""
        return self._clock() < self._held_until

    def follow(self, *, busy: bool) -> None:
        """Ask for protection, renew it in its second half, or give it back LINGER seconds after the last work."""
        now = self._clock()
        if busy:
            self._last_busy = now
        if now < self._quiet_until:
            return
        if busy and self._held_until - now < self._seconds / 2:
            self._say(enabled=True, now=now)
        elif not busy and self.held and now - self._last_busy >= LINGER:
            self._say(enabled=False, now=now)

    def _say(self, *, enabled: bool, now: float) -> None:
        try:
            self._set_state(enabled)
        except AgentError as error:
            self._quiet_until = now + RETRY_AFTER
            log.warning("task protection %s: %s; next try in %d s", "on" if enabled else "off", error, RETRY_AFTER)
        else:
            self._held_until = now + self._seconds if enabled else 0.0
            log.info("task protection %s", "on" if enabled else "off")
