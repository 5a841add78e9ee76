"""Measures how deeply data is nested: every reader rejects data that would exceed Python's limit of recursion."""

from __future__ import annotations

from typing import Any

MOST_LEVELS = 200  # far above any configuration, far below Python's limit of recursion


def is_too_deep(document: Any) -> bool:
    """Return whether lists and maps are nested in more than ``MOST_LEVELS`` levels."""
    level = [document] if isinstance(document, dict | list) else []
    for _ in range(MOST_LEVELS):
        items = (item for value in level for item in (value.values() if isinstance(value, dict) else value))
        level = [item for item in items if isinstance(item, dict | list)]
        if not level:
            return False
    return True
