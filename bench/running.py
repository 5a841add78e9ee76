"""What a whole environment costs while it runs: the containers of its task definitions, by ``make up``'s own means."""

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
# Everything that the entrypoint does before it becomes Airflow, the interpreter's start included.
ENTRYPOINT = """
import os, subprocess, sys, time
stop = "import os, sys; os.execvpe = lambda *_: sys.exit(0); import airflow_fargate.__main__ as entry"
began = time.perf_counter()
subprocess.run([sys.executable, "-c", stop + "; entry.main(['scheduler'])"], check=True)
print(time.perf_counter() - began)
"""
# The rest is for DAG files that are larger than ours.
MEMORY_SHARE = 0.75
UNITS = {"B": 2**-20, "KiB": 2**-10, "MiB": 1.0, "GiB": 2.0**10}


def rows() -> list[Row]:
    """Start of everything, memory of each component beside its Fargate size, and the start of a worker with work."""
    with tempfile.TemporaryDirectory() as scratch:
        # Containers run as another user and read DAG files and certificates from here.
        Path(scratch).chmod(0o755)
        with _environment(Path(scratch)) as (project, place, sizes):
            began = time.perf_counter()
            run.start(project, say=lambda _: None)
            up = time.perf_counter() - began
            client = _client(project, place)
            client.wait_for_dag("measured")
            with Watch(project) as watch:
                _run(client)
            to_exec = _start_to_exec(project)
            cold = _cold_start(project, client)
    return [
        Row("stack up to all healthy", f"{up:.0f} s", up, "60 s", UP_SECONDS, limit=1.0),
        Row("entrypoint of a scheduler, to exec", f"{to_exec:.2f} s", to_exec, "5 s", EXEC_SECONDS, limit=1.0),
        Row("empty worker to its first Airflow task", f"{cold:.0f} s", cold, "60 s", COLD_SECONDS, limit=1.0),
        *(_memory(name, watch.peak(name), mebibytes) for name, mebibytes in sorted(sizes.items())),
    ]


def _memory(name: str, peak: float, size: int) -> Row:
    return Row(f"memory: {name}", f"{peak:.0f} MiB", peak, f"Fargate {size} MiB", float(size), limit=MEMORY_SHARE)


@contextmanager
def _environment(work: Path) -> Iterator[tuple[Project, LocalRun, Mapping[str, int]]]:
    """Everything prepared and nothing started; gone at the end with its data."""
    synthesize(work, ENVIRONMENTS)
    stacks = work / "out" / "stacks"
    dags = Path(shutil.copytree(Path(__file__).with_name("dags"), work / "dags"))
    dags.chmod(0o755)
    project = Project(environment=ENVIRONMENT, home=work / "compose")
    found = tasks.read(ENVIRONMENT, stacks=stacks)
    sizes = {task.name: task.memory_mib for task in found if task.is_service and task.memory_mib}
    try:
        yield project, prepare(project, stacks=stacks, dags=dags, port=None, say=lambda _: None), sizes
    finally:
        run.stop(project)
        project.remove_data()


@dataclass(frozen=True, slots=True)
class _Door:
    port: int

    def published(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"


def _client(project: Project, place: LocalRun) -> Client:
    passwords = [file.read_text() for file in (run.admin_password_file(project),) if file]
    return Client(servers=lambda: [_Door(place.port)], password=passwords[0])


def _run(client: Client) -> None:
    run_id = client.trigger("measured")
    if (state := client.finish("measured", run_id)) != "success":
        raise AirflowError(f"measured {run_id}: {state}: {client.states('measured', run_id)}")


def _cold_start(project: Project, client: Client) -> float:
    """Seconds from the start of a worker, where none was and Airflow tasks wait, to the end of one of those."""
    project.compose("rm", "--stop", "--force", WORKER)
    waiting = client.trigger("measured")
    client.wait_for_state("measured", waiting, "queued", count=1)
    began = time.perf_counter()
    project.compose("up", "--detach", "--no-deps", WORKER)
    client.wait_for_state("measured", waiting, "success", count=1)
    taken = time.perf_counter() - began
    # A worker that has work left would wait at the end for api-servers that are gone.
    client.finish("measured", waiting)
    return taken


def _start_to_exec(project: Project) -> float:
    """Seconds of the entrypoint in a container that has everything a scheduler is given."""
    return float(project.compose("exec", "--no-TTY", "scheduler", "python", "-c", ENTRYPOINT))


@dataclass
class Watch:
    """The most memory that each Fargate task had, all its containers together, while the watch was on."""

    project: Project
    _peaks: dict[str, float] = field(default_factory=dict)
    _done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Watch:
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def peak(self, task: str) -> float:
        """MiB of ``task``; a container is called ``<project>-<task>[-<sidecar>]-1``."""
        return self._peaks[task]

    def _look(self) -> None:
        names = sorted({name.removesuffix("-network") for name in self.project.services() if "-network" in name})
        while not self._done.is_set():
            used = memory_of_containers(docker("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}").stdout)
            for name in names:
                total = sum(
                    mebibytes for one, mebibytes in used.items() if one.startswith(f"{self.project.name}-{name}-")
                )
                self._peaks[name] = max(self._peaks.get(name, 0.0), total)


def memory_of_containers(text: str) -> dict[str, float]:
    """MiB by container, from lines like ``name 12.5MiB / 2GiB``."""
    found = re.findall(r"^(\S+) ([\d.]+)([KMG]i)?B", text, re.MULTILINE)
    return {name: float(number) * UNITS[f"{unit}B"] for name, number, unit in found}
