"""Images are built one at a time, and the error of a failed build is the failed step's output."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local.containers import images
from local.containers.images import failed_step


def test_error_of_a_build_is_the_output_of_the_failed_step() -> None:
    """The builder prints every step, the Dockerfile's lines and its own error around that output."""
    output = (
        "#1 DONE 0.1s\n------\n > [packages 6/6] RUN /opt/venv/bin/python /build/locked.py:\n"
        "0.512 requirements.in: pandas: pandas is not locked. Fix: make image-lock\n------\n"
        "Dockerfile:25\n--------------------\n  25 | RUN ...\nERROR: failed to solve: exit code: 1\n"
    )
    assert failed_step(output) == "requirements.in: pandas: pandas is not locked. Fix: make image-lock"
    assert failed_step("Cannot connect to the Docker daemon") == "Cannot connect to the Docker daemon"


def test_concurrent_builds_wait_for_each_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two processes that make the same base image, or fill an empty cache, would do the work twice."""
    events: list[str] = []

    def build_from(context: Path, *, name: str, tag: str) -> None:
        events.append(f"{name} begins")
        time.sleep(0.05)
        events.append(f"{name} ends")

    monkeypatch.setattr(images, "LOCK_FILE", tmp_path / "build" / "images.lock")
    monkeypatch.setattr(images, "build_from", build_from)
    with ThreadPoolExecutor() as pool:
        list(pool.map(images.build.__wrapped__, ("postgres", "redis", "git")))
    names = [event.split()[0] for event in events]
    assert names[::2] == names[1::2]
