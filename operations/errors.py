"""Errors that end a command with one message."""

from __future__ import annotations


class PreconditionError(Exception):
    """A requirement of the next step is not met, so the step was not started; the message ends with the fix."""


class OperationError(Exception):
    """A step was started and did not succeed; the message says what state it leaves."""
