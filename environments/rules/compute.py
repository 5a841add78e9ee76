"""Fargate sizes and their use by components and worker groups."""

from __future__ import annotations

from collections.abc import Iterator

from environments.derived.parallelism import executor_memory
from environments.errors import Problem
from environments.facts.airflow_memory import SLOT_MIB, WORKER_MIB, slots_in
from environments.facts.fargate_sizes import invalid_size
from environments.facts.topology import scheduling_component, uses_local_executor
from environments.model import Environment
from environments.rules.registry import rule
from environments.sections.compute import TaskSize, WorkerGroup


def sizes(environment: Environment) -> Iterator[tuple[str, TaskSize]]:
    """The path and size of every component."""
    components = environment.components
    for name in type(components).model_fields:
        size = getattr(components, name)
        if size is not None:
            yield f"components.{name}", size


@rule("components")
def component_sizes_exist(environment: Environment) -> Iterator[Problem]:
    """Fargate offers the size."""
    for path, size in sizes(environment):
        yield from _size_exists(path, cpu=size.cpu, memory_mib=size.memory_mib)


@rule("workers")
def worker_sizes_exist(environment: Environment) -> Iterator[Problem]:
    """Fargate offers the size."""
    for index, group in enumerate(environment.workers):
        yield from _size_exists(f"workers[{index}]", cpu=group.cpu, memory_mib=group.memory_mib)


def _size_exists(path: str, *, cpu: int, memory_mib: int) -> Iterator[Problem]:
    invalid = invalid_size(cpu=cpu, memory_mib=memory_mib)
    if invalid:
        yield Problem(f"{path}.{invalid[0]}", invalid[1])


@rule("ecs_executor")
def executor_sizes_exist(environment: Environment) -> Iterator[Problem]:
    """Fargate offers the sizes of Airflow tasks, and each has a unique name."""
    executor = environment.ecs_executor
    if executor is None:
        return
    yield from _size_exists("ecs_executor", cpu=executor.cpu, memory_mib=executor.memory_mib)
    names: dict[str, int] = {}
    for index, size in enumerate(executor.sizes):
        path = f"ecs_executor.sizes[{index}]"
        yield from _size_exists(path, cpu=size.cpu, memory_mib=size.memory_mib)
        first = names.setdefault(size.name, index)
        if first != index:
            yield Problem(f"{path}.name", f"{size.name!r} is already the name of ecs_executor.sizes[{first}]")


@rule("workers")
def slots_fit_into_workers(environment: Environment) -> Iterator[Problem]:
    """A worker has enough memory for its slots."""
    for index, group in enumerate(environment.workers):
        needed = WORKER_MIB + SLOT_MIB * group.concurrency
        if needed > group.memory_mib and not invalid_size(cpu=group.cpu, memory_mib=group.memory_mib):
            fitting = slots_in(group.memory_mib, base_mib=WORKER_MIB)
            yield Problem(
                f"workers[{index}].concurrency",
                f"{group.concurrency} slots need {WORKER_MIB} + {group.concurrency} x {SLOT_MIB} = {needed} MiB, "
                f"the worker has {group.memory_mib}. Fix: use at most {fitting} slots or increase memory_mib",
            )


@rule("workers")
def scaling_has_a_range(environment: Environment) -> Iterator[Problem]:
    """The bounds of scaling of worker groups are in order."""
    for index, group in enumerate(environment.workers):
        if group.min_count > group.max_count:
            yield Problem(
                f"workers[{index}].min_count", f"must not exceed max_count {group.max_count}, got {group.min_count}"
            )
        if group.on_demand_base > group.max_count:
            yield Problem(
                f"workers[{index}].on_demand_base",
                f"must not exceed max_count {group.max_count}, got {group.on_demand_base}",
            )


@rule("components")
def api_servers_have_a_range(environment: Environment) -> Iterator[Problem]:
    """The bounds of scaling of the api-servers are in order."""
    size = environment.components.api_server
    if size.count > size.max_count:
        yield Problem("components.api_server.count", f"must not exceed max_count {size.max_count}, got {size.count}")


@rule("workers")
def groups_and_queues_are_claimed_once(environment: Environment) -> Iterator[Problem]:
    """A name belongs to one group, and a queue to one group."""
    groups: dict[str, int] = {}
    queues: dict[str, int] = {}
    for index, group in enumerate(environment.workers):
        first = groups.setdefault(group.name, index)
        if first != index:
            yield Problem(f"workers[{index}].name", f"{group.name!r} is already the name of workers[{first}]")
        yield from _claims(index, group, queues)


def _claims(index: int, group: WorkerGroup, queues: dict[str, int]) -> Iterator[Problem]:
    for position, queue in enumerate(group.queues):
        path = f"workers[{index}].queues[{position}]"
        if queues.setdefault(queue, index) != index:
            yield Problem(path, f"workers[{queues[queue]}] already serves {queue!r}: only one group may serve a queue")
        elif queue in group.queues[:position]:
            yield Problem(path, f"{queue!r} is listed twice")


@rule("topology", "components")
def executor_has_a_slot(environment: Environment) -> Iterator[Problem]:
    """With the LocalExecutor, the Fargate task that runs Airflow tasks has memory for at least one."""
    if not uses_local_executor(environment.topology):
        return
    memory_mib, base_mib = executor_memory(environment)
    if slots_in(memory_mib, base_mib=base_mib) < 1:
        yield Problem(
            f"components.{scheduling_component(environment.topology)}.memory_mib",
            f"must be at least {base_mib + SLOT_MIB} ({base_mib} MiB for Airflow, {SLOT_MIB} for an Airflow task), "
            f"got {memory_mib}",
        )
