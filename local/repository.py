"""The root folder of this repository, and the tools that the repository brings: a container engine, the cdktf CLI."""

from __future__ import annotations

import subprocess
from pathlib import Path

from terraform_harness import tools
from terraform_harness.packet_filters import namespace

ROOT = Path(__file__).resolve().parents[1]
ENGINE = ROOT / "docker" / "engine"
CDKTF = ROOT / "node_modules" / ".bin" / "cdktf"
TIMEOUT_SECONDS = 60


def register_tools() -> None:
    """Let ``terraform_harness.tools`` find the container engine, the packet filters and the locked cdktf CLI."""
    fix = "start a container engine (`docker/engine start`, or Docker Desktop)"
    tools.register(tools.Tool(name="docker", fix=fix, find=_docker))
    fix = "run as root on the machine of the container engine, with nftables (`docker/engine start --install`)"
    tools.register(tools.Tool(name="packet-filters", fix=fix, find=_packet_filters))
    fix = "run `make cdktf` (installs cdktf-cli from package-lock.json)"
    tools.register(tools.Tool(name="cdktf", fix=fix, find=_cdktf))
    fix = "install Chromium (Debian: apt-get install chromium)"
    tools.register(tools.Tool(name="chromium", fix=fix, find=lambda: tools.on_path("chromium")))


def _docker() -> Path | None:
    """Return the docker client if an engine responds: DOCKER_HOST's, the default one, or that of ``docker/engine``."""
    client = tools.on_path("docker")
    if client is None:
        return None
    try:
        done = subprocess.run([ENGINE, "status"], capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return client if done.returncode == 0 else None


def _packet_filters() -> Path | None:
    """Return the path of nft if this process can filter packets in the network namespaces of containers."""
    return None if namespace.missing() else tools.on_path("nft")


def _cdktf() -> Path | None:
    return CDKTF if CDKTF.exists() else tools.on_path("cdktf")
