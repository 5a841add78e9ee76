"""Names of Airflow's metrics: Airflow takes them from DAG ids and task ids, and StatsD does not accept every id."""

from __future__ import annotations

import hashlib
import re

MAX_CHARACTERS = 250
INVALID = re.compile(r"[^A-Za-z0-9_.\-/]")
"""Both are rules of ``stat_name_default_handler`` in airflow/_shared/observability/metrics/validators.py (3.3.2)."""
DIGEST_CHARACTERS = 8


def valid(name: str) -> str:
    """``name`` with ``_`` for each character that StatsD rejects; a digest ends a name that was too long.

    The default handler of Airflow 3.3.2 rejects such a name instead. Then the timer ``dagrun.dependency-check.ID`` is
    None, the scheduler fails to start it for each DAG run of this DAG, and no Airflow task of the DAG ever starts.

    >>> valid("dagrun.dependency-check.übung")
    'dagrun.dependency-check._bung'
    """
    plain = INVALID.sub("_", name)
    if len(plain) <= MAX_CHARACTERS:
        return plain
    digest = hashlib.sha256(name.encode()).hexdigest()[:DIGEST_CHARACTERS]
    return f"{plain[: MAX_CHARACTERS - DIGEST_CHARACTERS - 1]}-{digest}"
