"""Signs of life in files: one process touches, the health check looks at the age."""

from __future__ import annotations

import time
from pathlib import Path

FOLDER = Path("/tmp/airflow-fargate")  # noqa: S108 - the one place that is writable in every container


def touch(name: str) -> None:
    """Say that ``name`` is alive now."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.pulse").touch()


def age(name: str) -> float:
    """Seconds since the last sign of life of ``name``; infinite where there was none."""
    try:
        return time.time() - (FOLDER / f"{name}.pulse").stat().st_mtime
    except FileNotFoundError:
        return float("inf")
