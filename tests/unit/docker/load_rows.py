"""A database connection that answers the query of the load."""

from __future__ import annotations

ROWS = [
    ("default", 5, 90.0, 3, False, 5),
    ("typo", 2, 60.0, 2, False, 2),
    ("drained", 1, None, 0, False, 1),
    ("default", 4, 30.0, 1, True, 4),
    ("large", 2, 45.0, 2, True, 2),
]
"""Rows of the query: queue, queued and running, age of the oldest queued, queued, on the ECS executor, slots."""


class Connection:
    """A database connection that answers every query with ROWS."""

    def cursor(self) -> Connection:
        return self

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        """Close nothing."""

    def execute(self, *_: object) -> None:
        """Run nothing."""

    def fetchall(self) -> list[tuple[str, int, float | None, int, bool, float]]:
        return ROWS

    def rollback(self) -> None:
        """End nothing."""
