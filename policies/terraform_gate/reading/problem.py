"""What could not be read or evaluated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """A file, a module call or a rule that could not be evaluated. A problem makes the gate exit 2."""

    where: str
    reason: str
