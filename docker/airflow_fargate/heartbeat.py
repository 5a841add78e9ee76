"""Heartbeat files: a process touches its file, and the health check reads the file's age."""

from __future__ import annotations

import time
from pathlib import Path

FOLDER = Path("/tmp/airflow-fargate")  # noqa: S108 - writable in every container


def touch(name: str) -> None:
    """Record a heartbeat of ``name``."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.heartbeat").touch()


def age(name: str) -> float:
    """Seconds since the last heartbeat of ``name``; infinite before the first."""
    try:
        return time.time() - (FOLDER / f"{name}.heartbeat").stat().st_mtime
    except FileNotFoundError:
        return float("inf")
