"""The loop of a sidecar that keeps the DAG folder at the newest version: git-sync and s3-sync."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from airflow_fargate import heartbeat
from airflow_fargate.startup_error import StartupError

WAIT_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """Where the DAG folder is, and how often to look for a new version.

    Args:
        root: folder of the link ``current``.
        period: seconds between two checks.
        one_time: exit after the first version.
        wait: longest time in seconds to try with ``one_time``.
    """

    root: Path
    period: float
    one_time: bool
    wait: float

    @classmethod
    def of(cls, environ: Mapping[str, str], *, prefix: str, period: str) -> Following:
        """Read ``<prefix>_ROOT``, ``_PERIOD`` (seconds, ``period`` by default) and ``_ONE_TIME``.

        Raises:
            StartupError: the period is malformed.
        """
        seconds = environ.get(f"{prefix}_PERIOD") or period
        if not seconds.isdigit() or int(seconds) < 1:
            raise StartupError(f"{prefix}_PERIOD: expected whole seconds >= 1, got {seconds!r}")
        return cls(
            root=Path(environ.get(f"{prefix}_ROOT") or "/opt/airflow/dags"),
            period=float(seconds),
            one_time=environ.get(f"{prefix}_ONE_TIME", "").lower() == "true",
            wait=float(environ.get("AIRFLOW_WAIT_SECONDS") or WAIT_SECONDS),
        )

    def run(
        self,
        program: str,
        *,
        update: Callable[[], object],
        version: Callable[[], str | None],
        errors: tuple[type[Exception], ...],
        message: Callable[[str], str],
    ) -> int:
        """Look for a new version until SIGTERM, or with ``one_time`` until the first one.

        Args:
            program: name of the sidecar's heartbeat and of its messages.
            update: switches to a new version, if there is one.
            version: returns the current version; None before the first.
            errors: exceptions of ``update`` after which to try again; each new message is printed once.
            message: returns what is printed for the text of an exception.

        Returns:
            0, or 1 where ``one_time`` ended without a version.
        """
        deadline = time.monotonic() + self.wait
        printed = ""
        while True:
            try:
                update()
                printed = ""
            except errors as error:
                if str(error) != printed:
                    printed = str(error)
                    print(f"{program}: {message(printed)}", file=sys.stderr, flush=True)
            heartbeat.touch(program)
            if self.one_time and (version() or time.monotonic() + self.period > deadline):
                return 0 if version() else 1
            time.sleep(self.period)


def end_at_sigterm() -> None:
    """End the process with exit code 0 at SIGTERM, the signal with which ECS stops a container."""
    signal.signal(signal.SIGTERM, _exit)


def _exit(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
