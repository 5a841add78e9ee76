"""The error of a failed image build is the failed step's output."""

from __future__ import annotations

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
