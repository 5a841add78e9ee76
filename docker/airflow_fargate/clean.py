"""The one-off command ``db-clean``: deletes rows older than AIRFLOW_CLEAN_DAYS days (90) with ``airflow db clean``."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta

DAYS = "90"


def command(*, days: int, now: datetime) -> list[str]:
    """The command that deletes rows older than ``days`` before ``now``."""
    limit = (now - timedelta(days=days)).isoformat(timespec="seconds")
    return ["airflow", "db", "clean", "--clean-before-timestamp", limit, "--skip-archive", "--yes"]


if __name__ == "__main__":
    days = os.environ.get("AIRFLOW_CLEAN_DAYS") or DAYS
    if not days.isdigit() or int(days) < 1:
        sys.exit(f"airflow-fargate: db-clean: AIRFLOW_CLEAN_DAYS is a whole number of at least 1, got {days!r}")
    words = command(days=int(days), now=datetime.now(UTC))
    os.execvp(words[0], words)  # noqa: S606 - becomes Airflow's command
