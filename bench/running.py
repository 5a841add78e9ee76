"""Measures a running environment that is started as ``make up`` does: start times and memory of its containers."""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.report import Row
from bench.synthesis import ENVIRONMENTS, synthesize
from local.airflow_client import AirflowError, Client
from local.compose import run, tasks
from local.compose.local_run import LOOPBACK, LocalRun
from local.compose.prepare import prepare
from local.compose.project import Project
from local.containers.engine import docker

ENVIRONMENT, WORKER = "dev", "worker-default"
UP_SECONDS, COLD_SECONDS, EXEC_SECONDS = 60.0, 60.0, 5.0
# The entrypoint up to the exec of Airflow, including the start of the interpreter.
ENTRYPOINT = """
import os, subprocess, sys, time
stop = "import os, sys; os.execvpe = lambda *_: sys.exit(0); import airflow_fargate.__main__ as entry"
began = time.perf_counter()
subprocess.run([sys.executable, "-c", stop + "; entry.main(['scheduler'])"], check=True)
print(time.perf_counter() - began)
"""
# The rest of the memory is for larger DAG files.
MEMORY_SHARE = 0.75
UNITS = {"B": 2**-20, "KiB": 2**-10, "MiB": 1.0, "GiB": 2.0**10}


def rows() -> list[Row]:
    """The time to start every service, each component's memory relative to its Fargate size, and a worker's start."""
    with tempfile.TemporaryDirectory() as scratch:
        # The containers' user reads DAG files and certificates from this folder.
        Path(scratch).chmod(0o755)
        with _environment(Path(scratch)) as (project, local_run, sizes):
            started = time.perf_counter()
            run.start(project, report=lambda _: None)
            up = time.perf_counter() - started
            client = _client(project, local_run)
            client.wait_for_dag("measured")
            with MemoryMonitor(project) as memory:
                _run(client)
            to_exec = _start_to_exec(project)
            cold = _cold_start(project, client)
    return [
        Row("stack up to all healthy", f"{up:.0f} s", up, "60 s", UP_SECONDS, limit=1.0),
        Row("entrypoint of a scheduler, to exec", f"{to_exec:.2f} s", to_exec, "5 s", EXEC_SECONDS, limit=1.0),
        Row("empty worker to its first Airflow task", f"{cold:.0f} s", cold, "60 s", COLD_SECONDS, limit=1.0),
        *(_memory(name, memory.peak(name), mebibytes) for name, mebibytes in sorted(sizes.items())),
    ]


def _memory(name: str, peak: float, size: int) -> Row:
    return Row(f"memory: {name}", f"{peak:.0f} MiB", peak, f"Fargate {size} MiB", float(size), limit=MEMORY_SHARE)


@contextmanager
def _environment(work: Path) -> Iterator[tuple[Project, LocalRun, Mapping[str, int]]]:
    """A prepared project that is not started. Its containers and data are removed at the end."""
    synthesize(work, ENVIRONMENTS)
    stacks = work / "out" / "stacks"
    dags = Path(shutil.copytree(Path(__file__).with_name("dags"), work / "dags"))
    dags.chmod(0o755)
    project = Project(environment=ENVIRONMENT, home=work / "compose")
    found = tasks.read(ENVIRONMENT, stacks=stacks)
    sizes = {task.name: task.memory_mib for task in found if task.is_service and task.memory_mib}
    try:
        yield project, prepare(project, stacks=stacks, dags=dags, port=None, report=lambda _: None), sizes
    finally:
        run.stop(project)
        project.remove_data()


@dataclass(frozen=True, slots=True)
class _Server:
    port: int

    def published(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"


def _client(project: Project, local_run: LocalRun) -> Client:
    passwords = [file.read_text() for file in (run.admin_password_file(project),) if file]
    return Client(servers=lambda: [_Server(local_run.port)], password=passwords[0])


def _run(client: Client) -> None:
    run_id = client.trigger("measured")
    if (state := client.finish("measured", run_id)) != "success":
        raise AirflowError(f"measured {run_id}: {state}: {client.states('measured', run_id)}")


def _cold_start(project: Project, client: Client) -> float:
    """Seconds from the start of the only worker to the end of the first queued Airflow task."""
    project.compose("rm", "--stop", "--force", WORKER)
    queued = client.trigger("measured")
    client.wait_for_state("measured", queued, "queued", count=1)
    started = time.perf_counter()
    project.compose("up", "--detach", "--no-deps", WORKER)
    client.wait_for_state("measured", queued, "success", count=1)
    seconds = time.perf_counter() - started
    # A worker with running Airflow tasks would wait for the removed api-servers when it stops.
    client.finish("measured", queued)
    return seconds


def _start_to_exec(project: Project) -> float:
    """Seconds that the entrypoint takes in the scheduler's container."""
    return float(project.compose("exec", "--no-TTY", "scheduler", "python", "-c", ENTRYPOINT))


@dataclass
class MemoryMonitor:
    """Measures the peak memory of each Fargate task, as the sum of its containers, while the block runs."""

    project: Project
    _peaks: dict[str, float] = field(default_factory=dict)
    _done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> MemoryMonitor:
        self._thread = threading.Thread(target=self._measure, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def peak(self, task: str) -> float:
        """The peak memory of ``task`` in MiB. Containers are named ``<project>-<task>[-<sidecar>]-1``."""
        return self._peaks[task]

    def _measure(self) -> None:
        names = sorted({name.removesuffix("-network") for name in self.project.services() if "-network" in name})
        while not self._done.is_set():
            used = memory_of_containers(docker("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}").stdout)
            for name in names:
                prefix = f"{self.project.name}-{name}-"
                total = sum(mebibytes for container, mebibytes in used.items() if container.startswith(prefix))
                self._peaks[name] = max(self._peaks.get(name, 0.0), total)


def memory_of_containers(text: str) -> dict[str, float]:
    """Memory in MiB by container, parsed from lines like ``name 12.5MiB / 2GiB``."""
    found = re.findall(r"^(\S+) ([\d.]+)([KMG]i)?B", text, re.MULTILINE)
    return {name: float(number) * UNITS[f"{unit}B"] for name, number, unit in found}
