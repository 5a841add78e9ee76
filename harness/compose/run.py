"""Start, stop and read: what ``make up``, ``make down`` and ``make logs`` do."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from harness.compose.errors import Failed, Refused
from harness.compose.project import Project

LOOK_EVERY = 1.5
# Longer than a container may take before its health check has failed for good: start period and retries, 210 s.
PATIENCE = 240.0
LAST_LINES = 15
GOOD = ("healthy", "running", "exited 0")
# Containers that only hold the address of others.
SILENT = "-network"

Say = Callable[[str], None]


def start(project: Project, *, say: Say, seconds: float = PATIENCE) -> None:
    """Start everything and return when all that has a health check is healthy; each change of state is said.

    Raises Failed with the last lines of the services that did not make it, when Compose gives up or when nothing has
    changed for ``seconds``.
    """
    changed = time.monotonic()
    said: dict[str, str] = {}
    with tempfile.TemporaryFile("w+") as log:
        words = project.command("up", "--detach", "--remove-orphans")
        process = subprocess.Popen(words, env=project.environ, stdout=log, stderr=log, text=True)
        try:
            while True:
                ended = process.poll() is not None
                states = project.states()
                if _tell(states, said, say):
                    changed = time.monotonic()
                if process.returncode:
                    raise Failed(_why(project, states, complaint=_tail(log)))
                if ended and _complete(states):
                    return
                if time.monotonic() > changed + seconds:
                    raise Failed(_why(project, states, complaint=f"nothing has changed for {seconds:g} s"))
                time.sleep(LOOK_EVERY)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()


def _tell(states: Mapping[str, str], said: dict[str, str], say: Say) -> bool:
    """Say what is new; whether anything was."""
    new = {service: state for service, state in sorted(states.items()) if said.get(service) != state}
    said.update(new)
    for service, state in new.items():
        if not service.endswith(SILENT) and state != "created":
            say(f"{service}: {state}")
    return bool(new)


def _complete(states: Mapping[str, str]) -> bool:
    return bool(states) and all(state in GOOD for state in states.values())


def _why(project: Project, states: Mapping[str, str], *, complaint: str) -> str:
    bad = [name for name, state in states.items() if state not in (*GOOD, "created")]
    parts = [complaint]
    for name in bad:
        lines = project.compose("logs", "--no-color", "--no-log-prefix", "--tail", str(LAST_LINES), name, check=False)
        parts.append(f"--- {name} is {states[name]}; its last lines:\n{lines.rstrip()}")
    return "\n".join([*parts, f"Next: make logs ENV={project.environment}, or make down ENV={project.environment}"])


def _tail(log: IO[str]) -> str:
    log.seek(0)
    return "\n".join(log.read().splitlines()[-LAST_LINES:])


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
    there = sorted(project.states())
    if not there:
        raise Refused(f"{project.environment} is not running here. Cure: make up ENV={project.environment}")
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
