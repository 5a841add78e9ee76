"""How many Airflow tasks an environment runs at once."""

from __future__ import annotations

from environments.facts.airflow_memory import SCHEDULER_MIB, STANDALONE_MIB, slots_in
from environments.facts.topology import is_standalone, uses_local_executor
from environments.model import Environment


def parallelism(environment: Environment) -> int:
    """Airflow tasks that can run at once at the largest scale: ``[core] parallelism`` of each scheduler.

    It is the number of slots of all workers plus the Fargate tasks that the ECS executor runs. A smaller number would
    saturate the metric that scales the workers, because queued Airflow tasks count too. With the LocalExecutor it is
    what fits into the memory of the Fargate task.
    """
    if environment.topology == "sequential":
        return 1
    if not uses_local_executor(environment.topology):
        slots = sum(group.max_count * group.concurrency for group in environment.workers)
        return slots + environment.ecs_executor.max_count if environment.ecs_executor else slots
    memory_mib, base_mib = executor_memory(environment)
    return slots_in(memory_mib, base_mib=base_mib)


def executor_memory(environment: Environment) -> tuple[int, int]:
    """Memory of the Fargate task with the LocalExecutor, and what Airflow itself takes of it, MiB."""
    components = environment.components
    if is_standalone(environment.topology):
        return components.standalone.memory_mib, STANDALONE_MIB
    return components.scheduler.memory_mib, SCHEDULER_MIB
