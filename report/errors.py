"""The error that ends a report."""

from __future__ import annotations


class ReportError(Exception):
    """Input that cannot be reported; the message names file, value and ``Fix:``."""
