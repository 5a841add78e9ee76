"""Watches the services of a local run while they start: reports each new state and decides when the start ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from local.compose.errors import RunError
from local.compose.project import Service

READY_STATES = ("healthy", "running", "exited 0")
# Suffix of the containers that hold a task's network address; their states are not reported.
NETWORK_SUFFIX = "-network"
# A service that restarted counts as ready after so many seconds without another restart.
STEADY_SECONDS = 20.0
MAX_RESTARTS = 5


class StartupMonitor:
    """Follows the states of services.

    Args:
        report: called with one line for each new state.
        before: services before the start, so that earlier restarts do not count.
    """

    def __init__(self, report: Callable[[str], None], *, before: Mapping[str, Service]) -> None:
        self._report, self._reported = report, set[tuple[str, str]]()
        self._restarts_before = {name: service.restarts for name, service in before.items()}
        self._services: Mapping[str, Service] = {}
        self._restarts: Mapping[str, int] = {}
        self._changed_at = time.monotonic()

    def update(self, services: Mapping[str, Service]) -> None:
        """Take the current services and report each combination of service and state once."""
        restarts = {name: self._restarts_since_start(name, service) for name, service in services.items()}
        new = sorted({(name, service.state) for name, service in services.items()} - self._reported)
        if new or restarts != self._restarts:
            self._changed_at = time.monotonic()
        self._services, self._restarts = services, restarts
        self._reported |= set(new)
        for name, state in new:
            if not name.endswith(NETWORK_SUFFIX) and state != "created":
                self._report(f"{name}: {state}")

    def _restarts_since_start(self, name: str, service: Service) -> int:
        """Restarts since the start; the counter of a recreated container begins at zero."""
        return service.restarts - min(service.restarts, self._restarts_before.get(name, 0))

    @property
    def ready(self) -> bool:
        """Whether every service is healthy, running or done, and no service restarted within STEADY_SECONDS."""
        ready = bool(self._services) and all(service.state in READY_STATES for service in self._services.values())
        return ready and (not any(self._restarts.values()) or self._unchanged_for(STEADY_SECONDS))

    @property
    def failing(self) -> list[str]:
        """Names of the services that failed or restarted."""
        return [
            name
            for name, service in sorted(self._services.items())
            if service.state not in (*READY_STATES, "created") or self._restarts.get(name)
        ]

    def check(self, seconds: float) -> None:
        """Check that the start still makes progress.

        Raises:
            RunError: a service restarted MAX_RESTARTS times, or no state changed for ``seconds``.
        """
        for name, restarts in self._restarts.items():
            if restarts >= MAX_RESTARTS:
                raise RunError(f"{name} has restarted {restarts} times")
        if self._unchanged_for(seconds):
            raise RunError(f"nothing has changed for {seconds:g} s")

    def _unchanged_for(self, seconds: float) -> bool:
        return time.monotonic() >= self._changed_at + seconds
