"""Our images, built when something asks for them; unchanged ones come from the engine's cache in a blink."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from typing import NamedTuple

from harness.containers.engine import EngineError, address, client, docker
from harness.tools import ROOT

CONTEXT = ROOT / "docker"
BASE_VARIABLE = "AIRFLOW_FARGATE_BASE_IMAGE"
LOCAL_BASE = "airflow-fargate/base:bookworm-python3.11"
BUILD_WITHIN = 1200


class Recipe(NamedTuple):
    """A Dockerfile below docker/ and the stage to build."""

    dockerfile: str
    target: str


RECIPES = {
    "airflow": Recipe("airflow/Dockerfile", "airflow"),
    "postgres": Recipe("testing/Dockerfile", "postgres"),
    "redis": Recipe("testing/Dockerfile", "redis"),
    "git": Recipe("testing/Dockerfile", "git"),
    "emulator": Recipe("emulator/Dockerfile", "emulator"),
}


@cache
def base() -> str | None:
    """The base image: AIRFLOW_FARGATE_BASE_IMAGE, else one made of Debian's packages where that is possible.

    None leaves the Dockerfile's own, which needs a registry.
    """
    given = os.environ.get(BASE_VARIABLE)
    if given:
        return given
    if docker("image", "inspect", LOCAL_BASE, check=False).returncode == 0:
        return LOCAL_BASE
    if os.geteuid() or not shutil.which("mmdebstrap"):
        return None
    subprocess.run([CONTEXT / "base", LOCAL_BASE], env={**os.environ, **address()}, check=True, timeout=BUILD_WITHIN)
    return LOCAL_BASE


@cache
def build(name: str) -> str:
    """Build the image ``name`` (a key of RECIPES) if anything changed, and return its tag.

    Raises EngineError with the builder's last words.
    """
    recipe, tag = RECIPES[name], f"airflow-fargate/{name}:local"
    certificates = os.environ.get("SSL_CERT_FILE")
    words = ["build", "--file", str(CONTEXT / recipe.dockerfile), "--target", recipe.target, "--tag", tag]
    if base():
        words += ["--build-arg", f"BASE_IMAGE={base()}"]
    if certificates:
        words += ["--secret", f"id=build_ca,src={certificates}"]
    environment = {**os.environ, **address(), "DOCKER_BUILDKIT": "1"}
    done = subprocess.run(
        [client(), *words, str(CONTEXT)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=BUILD_WITHIN,
        check=False,
    )
    if done.returncode:
        raise EngineError(f"image {name}: {done.stderr[-3000:]}")
    return tag
