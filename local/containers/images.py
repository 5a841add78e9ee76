"""Builds this project's images on demand; the engine's cache makes an unchanged build take less than a second."""

from __future__ import annotations

import fcntl
import gzip
import io
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from local.containers.engine import EngineError, address, client, docker
from local.repository import ROOT

CONTEXT = ROOT / "docker"
BASE_VARIABLE = "AIRFLOW_FARGATE_BASE_IMAGE"
LOCAL_BASE = "airflow-fargate/base:bookworm-python3.11"
LOCK_FILE = ROOT / ".build" / "images.lock"
BUILD_SECONDS = 1200
DASHES = "------"
LAST_LINES = 15


class BuildTarget(NamedTuple):
    """A Dockerfile below docker/ and the stage to build from it."""

    dockerfile: str
    target: str


BUILD_TARGETS = {
    "airflow": BuildTarget("airflow/Dockerfile", "airflow"),
    "postgres": BuildTarget("testing/Dockerfile", "postgres"),
    "redis": BuildTarget("testing/Dockerfile", "redis"),
    "git": BuildTarget("testing/Dockerfile", "git"),
    "emulator": BuildTarget("emulator/Dockerfile", "emulator"),
}


@cache
def base() -> str | None:
    """The base image: AIRFLOW_FARGATE_BASE_IMAGE, else an image made of Debian's packages where mmdebstrap can run.

    None selects the default of the Dockerfile, which needs a registry.
    """
    configured = os.environ.get(BASE_VARIABLE)
    if configured:
        return configured
    if docker("image", "inspect", LOCAL_BASE, check=False).returncode == 0:
        return LOCAL_BASE
    if os.geteuid() or not shutil.which("mmdebstrap"):
        return None
    subprocess.run([CONTEXT / "base", LOCAL_BASE], env={**os.environ, **address()}, check=True, timeout=BUILD_SECONDS)
    return LOCAL_BASE


@cache
def build(name: str) -> str:
    """Build the image ``name``, a key of BUILD_TARGETS, and return its tag.

    Raises:
        EngineError: the build failed. The message holds the failed step's output.
    """
    tag = f"airflow-fargate/{name}:local"
    with _one_process_at_a_time():
        build_from(CONTEXT, name=name, tag=tag)
    return tag


@contextmanager
def _one_process_at_a_time() -> Iterator[None]:
    """Wait for the builds of other processes: theirs fill the cache, and a base image is made only once."""
    LOCK_FILE.parent.mkdir(exist_ok=True)
    with LOCK_FILE.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build_from(context: Path, *, name: str, tag: str) -> None:
    """Build the image ``name`` from ``context``, a copy of docker/; raises EngineError as ``build`` does."""
    target = BUILD_TARGETS[name]
    certificates = os.environ.get("SSL_CERT_FILE")
    words = ["--file", str(context / target.dockerfile), "--target", target.target]
    if base():
        words += ["--build-arg", f"BASE_IMAGE={base()}"]
    if certificates:
        words += ["--secret", f"id=build_ca,src={certificates}"]
    done = subprocess.run(
        [client(), "build", *words, "--tag", tag, str(context)],
        env={**os.environ, **address(), "DOCKER_BUILDKIT": "1"},
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    if done.returncode:
        raise EngineError(f"image {name}: {failed_step(done.stderr)}")


def failed_step(output: str) -> str:
    """The output of the failed step, which the builder prints between two lines of dashes."""
    parts = output.split(f"\n{DASHES}\n")
    if len(parts) < 3:
        return output[-3000:]
    _, *lines = parts[-2].splitlines()
    return "\n".join(re.sub(r"^\d+\.\d+ ", "", line) for line in lines[-LAST_LINES:])


def unpacked_bytes(tag: str) -> int:
    """The size of an image on disk."""
    return int(docker("image", "inspect", "--format", "{{.Size}}", tag).stdout)


def compressed_bytes(tag: str) -> int:
    """The size of an image compressed with gzip's fastest level; registries store about 15 % less."""
    counter = _Counter()
    with (
        subprocess.Popen([client(), "save", tag], env={**os.environ, **address()}, stdout=subprocess.PIPE) as save,
        gzip.open(counter, "wb", compresslevel=1) as out,
    ):
        while chunk := save.stdout.read(1 << 20) if save.stdout else b"":
            out.write(chunk)
        save.wait()
    if save.returncode:
        raise EngineError(f"docker save {tag}: exit {save.returncode}")
    return counter.count


class _Counter(io.RawIOBase):
    """A file that counts the bytes written and discards them."""

    count = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.count += len(data)
        return len(data)
