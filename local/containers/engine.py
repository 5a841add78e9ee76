"""The container engine, through its command line: the one interface that every engine shares."""

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

from terraform_harness.tools import ROOT

LABEL = "airflow-fargate"
TIMEOUT_SECONDS = 300


class EngineError(RuntimeError):
    """The engine said no; the message is its own."""


@cache
def client() -> str:
    """The client program: Debian's where it exists, for it builds with BuildKit without a plug-in."""
    debian = Path("/usr/bin/docker")
    found = str(debian) if debian.exists() else shutil.which("docker")
    if not found:
        raise EngineError("docker is not installed. Fix: docker/engine start --install, or install Docker")
    return found


@cache
def address() -> Mapping[str, str]:
    """The variables that lead to an engine that answers: DOCKER_HOST's, the default one, or ``docker/engine``'s own.

    Raises EngineError with the fix where none answers.
    """
    script = ROOT / "docker" / "engine"
    said = subprocess.run([script, "status"], capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    if said.returncode:
        raise EngineError(said.stderr.strip())
    words = said.stdout.split()[1:]
    return dict(word.split("=", 1) for word in words)


def docker(
    *words: str, environ: Mapping[str, str] | None = None, check: bool = True, timeout: float = TIMEOUT_SECONDS
) -> subprocess.CompletedProcess[str]:
    """Run one command; raises EngineError with what it printed when it fails (unless ``check`` is off)."""
    environment = {**os.environ, **address(), **(environ or {})}
    done = subprocess.run(
        [client(), *words], env=environment, capture_output=True, text=True, timeout=timeout, check=False
    )
    if check and done.returncode:
        raise EngineError(f"docker {' '.join(words[:3])}: {done.stderr.strip() or done.stdout.strip()}")
    return done


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A container that was started here."""

    id: str
    name: str

    def inspect(self) -> dict[str, Any]:
        """What the engine knows of it."""
        found: list[dict[str, Any]] = json.loads(docker("inspect", self.id).stdout)
        return found[0]

    @property
    def state(self) -> dict[str, Any]:
        """``Status``, ``Running``, ``ExitCode``, ``Health`` and their kin."""
        state: dict[str, Any] = self.inspect()["State"]
        return state

    @property
    def address(self) -> str:
        """Its IPv4 address on its (first) network; empty for one that shares another's."""
        networks = self.inspect()["NetworkSettings"]["Networks"]
        return next((str(network["IPAddress"]) for network in networks.values()), "")

    def port(self, inside: int) -> int:
        """The loopback port that leads to port ``inside``."""
        return int(docker("port", self.id, str(inside)).stdout.split()[0].rsplit(":", 1)[1])

    def exec(self, *words: str, check: bool = True, user: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command in it."""
        return docker("exec", *(("--user", user) if user else ()), self.id, *words, check=check)

    def logs(self) -> str:
        """Everything it printed."""
        done = docker("logs", self.id)
        return done.stdout + done.stderr

    def kill(self, *, signal: str = "KILL") -> None:
        """Send a signal to its first process."""
        docker("kill", "--signal", signal, self.id)

    def stop(self, *, seconds: int) -> None:
        """SIGTERM, and SIGKILL after ``seconds``."""
        docker("stop", "--time", str(seconds), self.id, timeout=seconds + TIMEOUT_SECONDS, check=False)

    def wait(self, *, seconds: float) -> int:
        """Wait for its end; its exit code. Raises EngineError after ``seconds``."""
        try:
            return int(docker("wait", self.id, timeout=seconds).stdout)
        except subprocess.TimeoutExpired as error:
            raise EngineError(f"{self.name} did not end within {seconds:g} s:\n{self.logs()[-2000:]}") from error

    def wait_healthy(self, *, seconds: float = 180) -> None:
        """Wait until its health check passes; EngineError with its last words when it dies or ``seconds`` are over."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            state = self.state
            if state.get("Health", {}).get("Status") == "healthy":
                return
            if not state["Running"]:
                raise EngineError(f"{self.name} ended with {state['ExitCode']}:\n{self.logs()[-2000:]}")
            time.sleep(0.2)
        raise EngineError(f"{self.name} is not healthy after {seconds:g} s:\n{self.logs()[-2000:]}")

    def remove(self) -> None:
        """Take it away, running or not, with its unnamed volumes."""
        docker("rm", "--force", "--volumes", self.id, check=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What to start and how. Values of ``environ`` travel in the client's environment, never on a command line."""

    image: str
    name: str
    command: Sequence[str] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    options: Sequence[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """The client's arguments after ``docker``."""
        labels = [word for name, value in self.labels.items() for word in ("--label", f"{name}={value}")]
        names = [word for name in self.environ for word in ("--env", name)]
        head = ["--name", self.name, "--label", LABEL, *labels, *names, *self.options]
        return [*head, self.image, *self.command]


def start(launch: Launch) -> Container:
    """Start a container in the background."""
    done = docker("run", "--detach", *launch.words, environ=launch.environ)
    return Container(id=done.stdout.strip(), name=launch.name)


def run(launch: Launch, *, seconds: float = 300) -> subprocess.CompletedProcess[str]:
    """Run a container to its end and take it away; what it printed and its exit code."""
    words = ("run", "--rm", *launch.words)
    return docker(*words, environ=launch.environ, check=False, timeout=seconds)


def states(ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The state of each container that exists, by id, with one call."""
    wanted = list(ids)
    if not wanted:
        return {}
    found = json.loads(docker("inspect", *wanted, check=False).stdout or "[]")
    return {container["Id"]: container["State"] for container in found}


def remove_network(name: str) -> None:
    """Take a network away with every container on it, in whatever state."""
    listed = docker("ps", "--all", "--quiet", "--filter", f"network={name}", check=False).stdout.split()
    remove_all(listed)
    docker("network", "rm", name, check=False)


def remove_all(containers: Iterable[str]) -> None:
    """Take containers away by id."""
    ids = list(containers)
    if ids:
        docker("rm", "--force", "--volumes", *ids, check=False)
