"""Memory of Airflow processes, MiB.

Measured with Airflow 3.3.2 and trivial DAGs (2026-11-22): a Celery worker takes about 300 MB and 105 MB for each slot
(concurrency 4: 748 MB, 8: 1137 MB); api-server, scheduler, dag-processor and triggerer in one Fargate task peak at
363 + 284 + 262 + 227 MB.
"""

from __future__ import annotations

WORKER_MIB = 300
SLOT_MIB = 105
STANDALONE_MIB = 1136
SCHEDULER_MIB = 300


def slots_in(memory_mib: int, *, base_mib: int) -> int:
    """Airflow tasks that fit into ``memory_mib`` next to processes of ``base_mib``; 0 when none fits."""
    return max(0, (memory_mib - base_mib) // SLOT_MIB)
