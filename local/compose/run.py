"""Start, stop and read: what ``make up``, ``make down`` and ``make logs`` do."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from local.compose.errors import Failed, Refused
from local.compose.project import Project
from local.compose.startup_monitor import News

LOOK_EVERY = 1.5
# Longer than a container may take before its health check has failed for good: start period and retries, 210 s.
PATIENCE = 240.0
LAST_LINES = 15

Say = Callable[[str], None]


def start(project: Project, *, say: Say, seconds: float = PATIENCE) -> None:
    """Start everything and return when all that has a health check is healthy and nothing restarts over and over.

    Each change of state is said. Raises Failed with the last lines of the services that did not make it, when Compose
    gives up, when one restarts for the fifth time, or when there was no news for ``seconds``.
    """
    news = News(say, before=project.services())
    with tempfile.TemporaryFile("w+") as log:
        words = project.command("up", "--detach", "--remove-orphans")
        process = subprocess.Popen(words, env=project.environ, stdout=log, stderr=log, text=True)
        try:
            while True:
                ended = process.poll() is not None
                news.hear(project.services())
                if process.returncode:
                    raise Failed(_complaint(log))
                if ended and news.good:
                    return
                news.check(seconds)
                time.sleep(LOOK_EVERY)
        except Failed as reason:
            raise Failed(_explained(project, news.bad, reason)) from None
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()


def _explained(project: Project, services: list[str], reason: Failed) -> str:
    words = ("logs", "--no-color", "--no-log-prefix", "--tail", str(LAST_LINES))
    last = [f"--- last lines of {name}:\n{project.compose(*words, name, check=False).rstrip()}" for name in services]
    return "\n".join([str(reason), *last, f"Next: make logs ENV={project.environment}, or make down"])


def _complaint(log: IO[str]) -> str:
    """What Compose said without its progress, whose lines are indented."""
    log.seek(0)
    lines = log.read().splitlines()
    said = [line for line in lines if not line.startswith(" ")] or lines
    return "\n".join(said[-LAST_LINES:])


def stop(project: Project) -> int:
    """Take the project's containers, network and scratch volumes away, the database stays; how many containers."""
    count = len(project.containers())
    project.compose("down", "--volumes", "--remove-orphans")
    return count


def delete_data(project: Project, *, confirm: Callable[[str], bool]) -> bool:
    """Delete the database and the secrets that belong to it, if ``confirm`` says so."""
    question = f"Delete the database {project.volume} and the secrets in {project.folder}?"
    if not confirm(question):
        return False
    project.remove_data()
    return True


def follow_logs(project: Project, *, service: str | None, follow: bool) -> int:
    """Print the logs; with ``follow`` until Ctrl-C. Raises Refused for a service that is not there."""
    there = sorted(project.services())
    if not there:
        raise Refused(f"{project.environment} is not running here. Fix: make up ENV={project.environment}")
    if service and service not in there:
        raise Refused(f"SERVICE: there is no {service!r}. Allowed: {', '.join(there)}")
    words = ["logs", "--tail", "200", *(["--follow"] if follow else []), *([service] if service else [])]
    try:
        return subprocess.run(project.command(*words), env=project.environ, check=False).returncode
    except KeyboardInterrupt:
        return 0


def emulator_address(project: Project, *, service: str, port: int) -> str:
    """The loopback address of the emulator, as ``--endpoint-url`` takes it."""
    return f"http://{project.compose('port', service, str(port)).strip()}"


def admin_password_file(project: Project) -> Path | None:
    """Where the password of the user admin is."""
    return next(project.parameters.folder.rglob("admin-password"), None)
