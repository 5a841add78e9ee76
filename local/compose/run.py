"""Starts, stops and reads a local run: the work of ``make up``, ``make down`` and ``make logs``."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from local.compose.errors import PreconditionError, RunError
from local.compose.project import Project
from local.compose.startup_monitor import StartupMonitor

POLL_SECONDS = 1.5
# Longer than start period and retries of the slowest health check, 210 s together.
TIMEOUT_SECONDS = 240.0
LAST_LINES = 15

Report = Callable[[str], None]


def start(project: Project, *, report: Report, seconds: float = TIMEOUT_SECONDS) -> None:
    """Start every service and wait until all are ready.

    Args:
        report: called with one line for each change of state.
        seconds: longest time without a change of state.

    Raises:
        RunError: Compose failed, a service restarted five times, or nothing changed for ``seconds``. The message
            holds the last log lines of the failing services.
    """
    monitor = StartupMonitor(report, before=project.services())
    with tempfile.TemporaryFile("w+") as log:
        words = project.command("up", "--detach", "--remove-orphans")
        process = subprocess.Popen(words, env=project.environ, stdout=log, stderr=log, text=True)
        try:
            while True:
                ended = process.poll() is not None
                monitor.update(project.services())
                if process.returncode:
                    raise RunError(_error_of_compose(log))
                if ended and monitor.ready:
                    return
                monitor.check(seconds)
                time.sleep(POLL_SECONDS)
        except RunError as error:
            raise RunError(_with_last_lines(project, monitor.failing, error)) from None
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()


def _with_last_lines(project: Project, services: list[str], error: RunError) -> str:
    words = ("logs", "--no-color", "--no-log-prefix", "--tail", str(LAST_LINES))
    last = [f"--- last lines of {name}:\n{project.compose(*words, name, check=False).rstrip()}" for name in services]
    return "\n".join([str(error), *last, f"Next: make logs ENV={project.environment}, or make down"])


def _error_of_compose(log: IO[str]) -> str:
    """The end of Compose's output without its progress lines, which are indented."""
    log.seek(0)
    lines = log.read().splitlines()
    errors = [line for line in lines if not line.startswith(" ")] or lines
    return "\n".join(errors[-LAST_LINES:])


def stop(project: Project) -> int:
    """Remove the project's containers, network and scratch volumes, but not the database.

    Returns:
        The number of removed containers.
    """
    count = len(project.containers())
    project.compose("down", "--volumes", "--remove-orphans")
    return count


def delete_data(project: Project, *, confirm: Callable[[str], bool]) -> bool:
    """Delete the database and its secrets if ``confirm`` returns True for the question; whether it did."""
    question = f"Delete the database {project.volume} and the secrets in {project.folder}?"
    if not confirm(question):
        return False
    project.remove_data()
    return True


def follow_logs(project: Project, *, service: str | None, follow: bool) -> int:
    """Print the logs of one service, or of all; with ``follow`` until Ctrl-C.

    Returns:
        The exit code of Compose.

    Raises:
        PreconditionError: the environment or the service does not run here.
    """
    running = sorted(project.services())
    if not running:
        raise PreconditionError(f"{project.environment} is not running here. Fix: make up ENV={project.environment}")
    if service and service not in running:
        raise PreconditionError(f"SERVICE: unknown service {service!r}. Allowed: {', '.join(running)}")
    words = ["logs", "--tail", "200", *(["--follow"] if follow else []), *([service] if service else [])]
    try:
        return subprocess.run(project.command(*words), env=project.environ, check=False).returncode
    except KeyboardInterrupt:
        return 0


def emulator_address(project: Project, *, service: str, port: int) -> str:
    """The loopback address of the AWS emulator, for ``--endpoint-url``."""
    return f"http://{project.compose('port', service, str(port)).strip()}"


def admin_password_file(project: Project) -> Path | None:
    """The file that holds the password of the user ``admin``."""
    return next(project.parameters.folder.rglob("admin-password"), None)
