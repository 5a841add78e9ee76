"""Errors of a local run."""

from __future__ import annotations


class PreconditionError(Exception):
    """Raised before anything was started. The message names the cause and ends with the fix."""


class RunError(Exception):
    """Raised when Compose or a container failed after the start. The message ends with the next command."""
