"""How many Airflow tasks fit: into a worker's memory, into an environment.

The numbers are our measurement of Airflow 3.3.2 with trivial DAGs (2026-11-22): a worker takes about 300 MB and 105 MB
for each slot (concurrency 4: 748, 8: 1137); the four processes of a topology in one Fargate task peak at 363 + 284 +
262 + 227 MB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from environments.model import Environment

WORKER_MIB = 300
SLOT_MIB = 105
STANDALONE_MIB = 1136
SCHEDULER_MIB = 300


def slots_in(memory_mib: int, *, base_mib: int) -> int:
    """Slots that fit into ``memory_mib`` beside processes of ``base_mib``; 0 when none does."""
    return max(0, (memory_mib - base_mib) // SLOT_MIB)


def parallelism(environment: Environment) -> int:
    """Airflow tasks that can run at once at the largest scale: ``[core] parallelism`` of each scheduler.

    With Celery every slot of every worker, because queued Airflow tasks count and a smaller number would saturate the
    metric that the workers scale on; with the LocalExecutor what fits into the memory of the Fargate task.
    """
    if environment.topology == "sequential":
        return 1
    if environment.topology == "single":
        return slots_in(environment.components.standalone.memory_mib, base_mib=STANDALONE_MIB)
    if environment.topology == "local":
        return slots_in(environment.components.scheduler.memory_mib, base_mib=SCHEDULER_MIB)
    return sum(group.max_count * group.concurrency for group in environment.workers)
