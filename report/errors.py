"""The error that ends a report."""

from __future__ import annotations


class ReportError(Exception):
    """Input that cannot be reported; the message names file, value and ``Fix:``."""


def with_fix(error: Exception, fix: str) -> str:
    """The message of ``error``, with ``fix`` where it has none."""
    text = str(error)
    return text if "Fix: " in text else f"{text}. Fix: {fix}"
