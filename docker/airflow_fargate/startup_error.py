"""The error that ends a container's start."""

from __future__ import annotations


class StartupError(Exception):
    """Raised when a component cannot start.

    Args:
        message: names the variable, its value (never a secret's) and the fix.
        exit_code: exit code of the container.
    """

    def __init__(self, message: str, *, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code
