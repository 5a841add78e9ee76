"""Runs the container engine through its command line, which every engine with Docker's API supports."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from local.repository import ROOT

LABEL = "airflow-fargate"
TIMEOUT_SECONDS = 300
POLL_SECONDS = 0.5


class EngineError(RuntimeError):
    """Raised when the engine fails. The message is the engine's."""


@cache
def client() -> str:
    """The path of the docker client. Debian's client is preferred because it builds with BuildKit without a plug-in."""
    debian = Path("/usr/bin/docker")
    found = str(debian) if debian.exists() else shutil.which("docker")
    if not found:
        raise EngineError("docker is not installed. Fix: docker/engine start --install, or install Docker")
    return found


@cache
def address() -> Mapping[str, str]:
    """The variables of a running engine: that of DOCKER_HOST, the default socket, or the engine of ``docker/engine``.

    Raises:
        EngineError: no engine answers. The message ends with the fix.
    """
    script = ROOT / "docker" / "engine"
    done = subprocess.run([script, "status"], capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    if done.returncode:
        raise EngineError(done.stderr.strip())
    words = done.stdout.split()[1:]
    return dict(word.split("=", 1) for word in words)


def docker(
    *words: str,
    environ: Mapping[str, str] | None = None,
    check: bool = True,
    timeout: float = TIMEOUT_SECONDS,
    stdin: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a docker command.

    Args:
        environ: variables to add to those of this process.
        check: raise an error where the command fails.
        timeout: seconds.
        stdin: standard input.

    Raises:
        EngineError: the command failed and ``check`` is set.
    """
    environment = {**os.environ, **address(), **(environ or {})}
    done = subprocess.run(
        [client(), *words],
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if check and done.returncode:
        raise EngineError(f"docker {' '.join(words[:3])}: {done.stderr.strip() or done.stdout.strip()}")
    return done


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A container that ``start`` returned."""

    id: str
    name: str

    def inspect(self) -> dict[str, Any]:
        """The output of ``docker inspect``."""
        found: list[dict[str, Any]] = json.loads(docker("inspect", self.id).stdout)
        return found[0]

    @property
    def state(self) -> dict[str, Any]:
        """The state of ``docker inspect``: ``Status``, ``Running``, ``ExitCode``, ``Health`` and others."""
        state: dict[str, Any] = self.inspect()["State"]
        return state

    @property
    def address(self) -> str:
        """The IPv4 address on its first network; empty for a container that shares another container's network."""
        networks = self.inspect()["NetworkSettings"]["Networks"]
        return next((str(network["IPAddress"]) for network in networks.values()), "")

    def port(self, inside: int) -> int:
        """The loopback port that is published for the container's port ``inside``."""
        return int(docker("port", self.id, str(inside)).stdout.split()[0].rsplit(":", 1)[1])

    def exec(self, *words: str, check: bool = True, user: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command in the container."""
        return docker("exec", *(("--user", user) if user else ()), self.id, *words, check=check)

    def terminal(self, *, user: str) -> tuple[str, ...]:
        """The words with which another program runs a command on a terminal in the container."""
        variables = (f"{name}={value}" for name, value in address().items())
        return ("env", *variables, client(), "exec", "--interactive", "--tty", "--user", user, self.id)

    def logs(self) -> str:
        """Standard output and standard error of the container."""
        done = docker("logs", self.id)
        return done.stdout + done.stderr

    def kill(self, *, signal: str = "KILL") -> None:
        """Send a signal to the container's first process."""
        docker("kill", "--signal", signal, self.id)

    def stop(self, *, seconds: int) -> None:
        """Send SIGTERM, and SIGKILL after ``seconds``."""
        docker("stop", "--time", str(seconds), self.id, timeout=seconds + TIMEOUT_SECONDS, check=False)

    def wait(self, *, seconds: float) -> int:
        """Wait for the container's end and return its exit code; raises EngineError after ``seconds``."""
        try:
            return int(docker("wait", self.id, timeout=seconds).stdout)
        except subprocess.TimeoutExpired as error:
            raise EngineError(f"{self.name} did not end within {seconds:g} s:\n{self.logs()[-2000:]}") from error

    def wait_healthy(self, *, seconds: float = 180) -> None:
        """Wait until the health check passes.

        Raises:
            EngineError: the container ended, or is not healthy after ``seconds``. The message ends with its log.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            inspected = self.inspect()
            state = inspected["State"]
            if not state["Running"]:
                raise EngineError(f"{self.name} ended with {state['ExitCode']}:\n{self.logs()[-2000:]}")
            if self._passes_health_check(inspected):
                return
            time.sleep(POLL_SECONDS)
        raise EngineError(f"{self.name} is not healthy after {seconds:g} s:\n{self.logs()[-2000:]}")

    def _passes_health_check(self, inspected: Mapping[str, Any]) -> bool:
        """The engine's result. Where the engine runs no check (``--no-healthcheck``), this runs that of the image."""
        if "Health" in inspected["State"]:
            return bool(inspected["State"]["Health"]["Status"] == "healthy")
        form = ("--format", "{{json .Config.Healthcheck.Test}}")
        kind, *words = json.loads(docker("image", "inspect", *form, inspected["Image"]).stdout)
        words = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
        return self.exec(*words, check=False).returncode == 0

    def remove(self) -> None:
        """Remove the container, running or not, and its anonymous volumes."""
        docker("rm", "--force", "--volumes", self.id, check=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """The settings of a container to start.

    Args:
        environ: variables. Values are passed in the client's environment, never on its command line.
        options: further options of ``docker run``.
    """

    image: str
    name: str
    command: Sequence[str] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    options: Sequence[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """The arguments of ``docker run``."""
        labels = [word for name, value in self.labels.items() for word in ("--label", f"{name}={value}")]
        names = [word for name in self.environ for word in ("--env", name)]
        head = ["--name", self.name, "--label", LABEL, *labels, *names, *self.options]
        return [*head, self.image, *self.command]


def start(launch: Launch) -> Container:
    """Start a container in the background; raises EngineError where it does not start."""
    done = docker("run", "--detach", *launch.words, environ=launch.environ)
    return Container(id=done.stdout.strip(), name=launch.name)


def run(launch: Launch, *, seconds: float = 300) -> subprocess.CompletedProcess[str]:
    """Run a container to its end, remove it, and return its output and exit code."""
    words = ("run", "--rm", *launch.words)
    return docker(*words, environ=launch.environ, check=False, timeout=seconds)


def states(ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The state of each existing container by id, read with one call."""
    requested = list(ids)
    if not requested:
        return {}
    found = json.loads(docker("inspect", *requested, check=False).stdout or "[]")
    return {container["Id"]: container["State"] for container in found}


def remove_network(name: str) -> None:
    """Remove a network and every container on it."""
    listed = docker("ps", "--all", "--quiet", "--filter", f"network={name}", check=False).stdout.split()
    remove_all(listed)
    docker("network", "rm", name, check=False)


def remove_all(containers: Iterable[str]) -> None:
    """Remove containers by id."""
    ids = list(containers)
    if ids:
        docker("rm", "--force", "--volumes", *ids, check=False)
