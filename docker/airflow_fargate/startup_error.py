"""The one way in which this package gives up."""

from __future__ import annotations


class Refusal(Exception):
    """A start that cannot succeed. The message names the place, the value (never a secret's) and the fix."""

    def __init__(self, message: str, *, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code
