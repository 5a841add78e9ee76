"""Fargate sizes of components and worker groups.

Default sizes come from our measurement of Airflow 3.3.2 (2026-11-22, trivial DAGs, peak MB): api-server 363, scheduler
284, dag-processor 262, triggerer 227, worker 300 + 105 for each slot; sidecars (git-sync, metrics, StatsD agent) about
150 together; the rest is margin for real DAG files.
"""

from __future__ import annotations

from typing import Annotated

from annotated_types import Len

from environments.fields import Form, Section, Whole, plan, synth

Cpu = Annotated[Whole, plan("CPU units of a Fargate task; 1024 are one vCPU.", ge=256, le=16384)]
Memory = Annotated[Whole, plan("Memory of a Fargate task, MiB.", ge=512, le=122880)]
MemoryOfSlots = Annotated[
    Whole, synth("Memory of the Fargate task, MiB; it bounds the Airflow tasks at once.", ge=512, le=122880)
]
Count = Annotated[Whole, synth("Fargate tasks; the lower bound where they scale.", ge=1, le=20)]
SpotPercent = Annotated[Whole, synth("Share of Fargate tasks on Spot capacity, percent.", ge=0, le=100)]
StopTimeout = Annotated[Whole, plan("Seconds between SIGTERM and SIGKILL; Fargate allows 120.", ge=2, le=120)]
EphemeralStorage = Annotated[Whole | None, synth("Disk of a Fargate task, GiB; 20 when absent.", ge=21, le=200)]


class TaskSize(Section):
    """What every Fargate task has."""

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
        """The largest number of Fargate tasks: there is no scaling."""
        return self.count


class SchedulerSize(ComponentSize):
    """The scheduler; in topology `local_executor` its memory decides how many Airflow tasks run at once."""

    cpu: Cpu = 1024
    memory_mib: Memory = 2048
    stop_timeout_seconds: StopTimeout = 120


class ApiServerSize(TaskSize):
    """api-servers, which scale on load."""

    cpu: Cpu = 1024
    memory_mib: Memory = 2048
    count: Count = 2
    max_count: Annotated[Whole, synth("Upper bound of scaling.", ge=1, le=50)] = 4


class StandaloneSize(ComponentSize):
    """All processes in one Fargate task (`sequential`, `single`)."""

    cpu: Cpu = 2048
    memory_mib: MemoryOfSlots = 4096
    stop_timeout_seconds: StopTimeout = 120


class Components(Section):
    """Sizes of the Airflow components."""

    api_server: Annotated[ApiServerSize, synth("User interface, API and execution API.")] = ApiServerSize()
    scheduler: Annotated[SchedulerSize, synth("Decides what runs.")] = SchedulerSize()
    dag_processor: Annotated[ComponentSize, synth("Reads the DAG files.")] = ComponentSize()
    triggerer: Annotated[ComponentSize, synth("Waits for deferred Airflow tasks.")] = ComponentSize()
    flower: Annotated[ComponentSize | None, synth("Monitor of Celery, never public; absent when not wanted.")] = None
    standalone: Annotated[StandaloneSize, synth("Everything in one (`sequential`, `single`).")] = StandaloneSize()


class WorkerGroup(Section):
    """Celery workers of one size on some queues."""

    name: Annotated[
        Annotated[str, Form(r"^[a-z][a-z0-9-]{0,19}$", "1 to 20 lower-case letters, digits and hyphens")],
        synth("Name of the group."),
    ]
    queues: Annotated[
        Annotated[
            tuple[Annotated[str, Form(r"^[A-Za-z0-9_.-]{1,64}$", "a name of letters, digits, _ . -")], ...], Len(1, 50)
        ],
        synth("Airflow queues that the group serves."),
    ]
    cpu: Cpu = 1024
    memory_mib: Memory = 2048
    concurrency: Annotated[Whole, synth("Airflow tasks that a worker runs at once.", ge=1, le=64)] = 4
    min_count: Annotated[Whole, plan("Lower bound of scaling; 0 scales to zero.", ge=0, le=500)] = 1
    max_count: Annotated[Whole, synth("Upper bound of scaling.", ge=1, le=500)] = 10
    spot_percent: SpotPercent = 0
    on_demand_base: Annotated[Whole, plan("Workers that are never on Spot capacity.", ge=0, le=500)] = 0
    stop_timeout_seconds: StopTimeout = 120
    ephemeral_storage_gib: EphemeralStorage = None
    scale_in_cooldown_seconds: Annotated[Whole, plan("Pause after removing workers.", ge=60, le=3600)] = 300
    scale_out_cooldown_seconds: Annotated[Whole, plan("Pause after adding workers.", ge=10, le=3600)] = 60


DEFAULT_WORKERS = (WorkerGroup(name="default", queues=("default",)),)
