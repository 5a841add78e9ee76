"""What changes while an environment starts: said once, and counted, so that the wait knows when to end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from local.compose.errors import Failed
from local.compose.project import Service

GOOD = ("healthy", "running", "exited 0")
# Containers that only hold the address of others.
SILENT = "-network"
# A container that has restarted must go on for so many seconds; the engine waits longer between restarts each time.
STEADY_FOR = 20.0
MOST_RESTARTS = 5


class News:
    """Hears how services are. ``before``: how they were, so that earlier restarts do not count."""

    def __init__(self, say: Callable[[str], None], *, before: Mapping[str, Service]) -> None:
        self._say, self._said = say, set[tuple[str, str]]()
        self._earlier = {name: service.restarts for name, service in before.items()}
        self._services: Mapping[str, Service] = {}
        self._restarts: Mapping[str, int] = {}
        self._since = time.monotonic()

    def hear(self, services: Mapping[str, Service]) -> None:
        """Say what was not said before; a service that flaps between two states is news once."""
        restarts = {name: self._since_start(name, service) for name, service in services.items()}
        new = sorted({(name, service.state) for name, service in services.items()} - self._said)
        if new or restarts != self._restarts:
            self._since = time.monotonic()
        self._services, self._restarts = services, restarts
        self._said |= set(new)
        for name, state in new:
            if not name.endswith(SILENT) and state != "created":
                self._say(f"{name}: {state}")

    def _since_start(self, name: str, service: Service) -> int:
        """A container that was made anew counts from zero."""
        return service.restarts - min(service.restarts, self._earlier.get(name, 0))

    @property
    def good(self) -> bool:
        """Everything is healthy, runs or has done its work; whatever restarted has been steady for a while."""
        well = bool(self._services) and all(service.state in GOOD for service in self._services.values())
        return well and (not any(self._restarts.values()) or self._quiet(STEADY_FOR))

    @property
    def bad(self) -> list[str]:
        """Names of the services that keep the rest from being good."""
        fine = (*GOOD, "created")
        return [
            name
            for name, service in sorted(self._services.items())
            if service.state not in fine or self._restarts.get(name)
        ]

    def check(self, seconds: float) -> None:
        """Raise Failed when a service restarts over and over, or when there was no news for ``seconds``."""
        for name, times in self._restarts.items():
            if times >= MOST_RESTARTS:
                raise Failed(f"{name} has restarted {times} times")
        if self._quiet(seconds):
            raise Failed(f"nothing has changed for {seconds:g} s")

    def _quiet(self, seconds: float) -> bool:
        return time.monotonic() >= self._since + seconds
