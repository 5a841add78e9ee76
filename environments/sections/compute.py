"""Fargate sizes of components and worker groups.

The default sizes come from a measurement of Airflow 3.3.2 with trivial DAGs (2026-11-22, peak MB): api-server 363,
scheduler 284, dag-processor 262, triggerer 227, worker 300 + 105 for each slot, and all sidecars (git-sync, metrics,
StatsD agent) about 150. The rest is margin for larger DAG files.
"""

from __future__ import annotations

from typing import Annotated

from annotated_types import Len
from pydantic import StrictBool, StrictInt

from environments.fields import IN_PLACE, ROLLING, Section, plan, replaces, synth
from environments.formats import Pattern
from environments.sections.dag_access import DagAccess

Cpu = Annotated[
    StrictInt, plan("CPU units of a Fargate task; 1024 units are one vCPU.", effect=ROLLING, ge=256, le=16384)
]
Memory = Annotated[StrictInt, plan("Memory of a Fargate task, MiB.", effect=ROLLING, ge=512, le=122880)]
MemoryOfSlots = Annotated[
    StrictInt,
    synth(
        "Memory of the Fargate task, MiB; limits how many Airflow tasks run at once.", effect=ROLLING, ge=512, le=122880
    ),
]
Count = Annotated[
    StrictInt, plan("Number of Fargate tasks; the lower bound when the service scales.", effect=IN_PLACE, ge=1, le=20)
]
SpotPercent = Annotated[
    StrictInt, plan("Share of the Fargate tasks on Spot capacity, percent.", effect=ROLLING, ge=0, le=100)
]
LONGEST_STOP_SECONDS = 120
"""https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html"""
StopTimeout = Annotated[
    StrictInt,
    plan("Seconds between SIGTERM and SIGKILL; at most 120 on Fargate.", effect=ROLLING, ge=2, le=LONGEST_STOP_SECONDS),
]
EphemeralStorage = Annotated[
    StrictInt | None,
    plan("Disk of a Fargate task, GiB; Fargate's 20 when absent.", effect=ROLLING, ge=21, le=200, nullable=True),
]
GroupName = Annotated[
    str, Pattern(r"^[a-z][a-z0-9-]{0,19}$", "1 to 20 lower-case letters, digits and hyphens, starting with a letter")
]
QueueName = Annotated[
    str, Pattern(r"^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,63}$", "a name of letters, digits, _ . -, not beginning with -")
]


class TaskSize(Section):
    """Size and number of the Fargate tasks of one service."""

    cpu: Cpu = 512
    memory_mib: Memory = 1024
    count: Count = 1
    spot_percent: SpotPercent = 0
    stop_timeout_seconds: StopTimeout = 60
    ephemeral_storage_gib: EphemeralStorage = None


class ComponentSize(TaskSize):
    """A component with a fixed number of Fargate tasks."""

    @property
    def max_count(self) -> int:
        """Largest number of Fargate tasks: the fixed number."""
        return self.count


class SchedulerSize(ComponentSize, DagAccess):
    """The scheduler; with topology `local_executor` it runs the Airflow tasks, and its memory limits how many."""

    cpu: Cpu = 1024
    memory_mib: Memory = 2048
    stop_timeout_seconds: StopTimeout = LONGEST_STOP_SECONDS


class ApiServerSize(TaskSize):
    """The api-servers, whose number follows the load."""

    cpu: Cpu = 1024
    memory_mib: Memory = 2048
    count: Count = 2
    max_count: Annotated[StrictInt, plan("Upper bound of scaling.", effect=IN_PLACE, ge=1, le=50)] = 4


class TriggererSize(ComponentSize, DagAccess):
    """The triggerer, which runs the triggers of deferrable operators."""


class StandaloneSize(ComponentSize, DagAccess):
    """One Fargate task that runs all Airflow processes (`sequential`, `single`)."""

    cpu: Cpu = 2048
    memory_mib: MemoryOfSlots = 4096
    stop_timeout_seconds: StopTimeout = LONGEST_STOP_SECONDS


class Components(Section):
    """Sizes of the Airflow components."""

    api_server: Annotated[ApiServerSize, synth("User interface, REST API and execution API.")] = ApiServerSize()
    scheduler: Annotated[SchedulerSize, synth("Starts Airflow tasks.")] = SchedulerSize()
    dag_processor: Annotated[ComponentSize, synth("Parses the DAG files.")] = ComponentSize()
    triggerer: Annotated[TriggererSize, synth("Runs the triggers of deferred Airflow tasks.")] = TriggererSize()
    flower: Annotated[
        ComponentSize | None,
        synth(
            "Celery monitor, reachable inside the VPC only; not deployed when absent.",
            effect=replaces("Flower when it becomes absent; in place when it becomes given"),
        ),
    ] = None
    standalone: Annotated[
        StandaloneSize, synth("All Airflow processes in one Fargate task (`sequential`, `single`).")
    ] = StandaloneSize()


class WorkerGroup(DagAccess):
    """Celery workers of one size that serve the same queues."""

    name: Annotated[GroupName, synth("Name of the group.", effect=replaces("the worker group"))]
    queues: Annotated[
        Annotated[tuple[QueueName, ...], Len(1, 50)], synth("Airflow queues that the group serves.", effect=ROLLING)
    ]
    cpu: Cpu = 1024
    memory_mib: Memory = 2048
    concurrency: Annotated[
        StrictInt, plan("Slots: Airflow tasks that a worker runs at once.", effect=ROLLING, ge=1, le=64)
    ] = 4
    min_count: Annotated[
        StrictInt, plan("Lower bound of scaling; 0 scales to zero.", effect=IN_PLACE, ge=0, le=500)
    ] = 1
    max_count: Annotated[StrictInt, plan("Upper bound of scaling.", effect=ROLLING, ge=1, le=500)] = 10
    spot_percent: SpotPercent = 0
    on_demand_base: Annotated[
        StrictInt, plan("Number of workers that are never on Spot capacity.", effect=ROLLING, ge=0, le=500)
    ] = 0
    stop_timeout_seconds: StopTimeout = LONGEST_STOP_SECONDS
    ephemeral_storage_gib: EphemeralStorage = None
    scale_in_cooldown_seconds: Annotated[
        StrictInt, plan("Seconds between the removal of workers and the next scaling.", effect=IN_PLACE, ge=10, le=3600)
    ] = 10
    scale_out_cooldown_seconds: Annotated[
        StrictInt,
        plan("Seconds between the addition of workers and the next scaling.", effect=IN_PLACE, ge=10, le=3600),
    ] = 10


class ExecutorSize(Section):
    """A size that DAGs choose by ``executor_config={"size": NAME}``."""

    name: Annotated[GroupName, synth("Name of the size.", effect=ROLLING)]
    cpu: Annotated[
        StrictInt, synth("CPU units of a Fargate task; 1024 units are one vCPU.", effect=ROLLING, ge=256, le=16384)
    ]
    memory_mib: Annotated[StrictInt, synth("Memory of a Fargate task, MiB.", effect=ROLLING, ge=512, le=122880)]


class EcsExecutor(DagAccess):
    """Airflow tasks that run in separate Fargate tasks."""

    cpu: Cpu = 512
    memory_mib: Memory = 1024
    ephemeral_storage_gib: EphemeralStorage = None
    sizes: Annotated[
        Annotated[tuple[ExecutorSize, ...], Len(0, 20)],
        synth('Further sizes, which an Airflow task chooses by `executor_config={"size": NAME}`.'),
    ] = ()
    spot: Annotated[StrictBool, synth("Run the Fargate tasks on Spot capacity.", effect=ROLLING)] = False
    max_count: Annotated[
        StrictInt,
        synth(
            "Largest number of Airflow tasks that each scheduler runs at once as Fargate tasks.",
            effect=ROLLING,
            ge=1,
            le=1000,
        ),
    ] = 50
    run_task_attempts: Annotated[
        StrictInt,
        synth(
            "Attempts to start a Fargate task when AWS throttles or has no capacity; the delay grows to two minutes.",
            effect=ROLLING,
            ge=1,
            le=20,
        ),
    ] = 10
    stop_timeout_seconds: StopTimeout = LONGEST_STOP_SECONDS


DEFAULT_WORKERS = (WorkerGroup(name="default", queues=("default",)),)
