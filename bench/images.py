"""Measures the image's size and the time of a rebuild after a change."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.report import Row
from local.containers import images
from local.containers.engine import docker

UNPACKED_MB, COMPRESSED_MB, REBUILD_SECONDS = 650.0, 260.0, 2.0
SCRATCH = "airflow-fargate/bench:local"
BAKED = "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nCOPY dags /opt/airflow/dags/\n"


def rows(*, rounds: int) -> list[Row]:
    """The sizes, and the fastest of ``rounds`` rebuilds after each kind of change."""
    tag = images.build("airflow")
    unpacked, compressed = images.unpacked_bytes(tag) / 1e6, images.compressed_bytes(tag) / 1e6
    try:
        entrypoint, dag = _entrypoint_changes(rounds), _dag_changes(tag, rounds)
    finally:
        docker("image", "rm", "--force", SCRATCH, check=False)
    return [
        Row("image, unpacked", f"{unpacked:.0f} MB", unpacked, "650 MB", UNPACKED_MB, limit=1.0),
        Row("image, compressed", f"{compressed:.0f} MB", compressed, "260 MB", COMPRESSED_MB, limit=1.0),
        Row("rebuild after an entrypoint change", f"{entrypoint:.2f} s", entrypoint, "2 s", REBUILD_SECONDS, limit=1.0),
        Row("rebuild after a DAG change", f"{dag:.2f} s", dag, "2 s", REBUILD_SECONDS, limit=1.0),
    ]


def _entrypoint_changes(rounds: int) -> float:
    with tempfile.TemporaryDirectory() as scratch:
        context = shutil.copytree(images.CONTEXT, Path(scratch) / "docker")
        changed = context / "airflow_fargate" / "__main__.py"
        return _rebuild(rounds, changed, lambda: images.build_from(context, name="airflow", tag=SCRATCH))


def _dag_changes(tag: str, rounds: int) -> float:
    """Rebuild an image with baked DAGs on top of the Airflow image."""
    with tempfile.TemporaryDirectory() as scratch:
        context = Path(scratch)
        shutil.copytree(Path(__file__).with_name("dags"), context / "dags")
        (context / "Dockerfile").write_text(BAKED)
        words = ("build", "--build-arg", f"BASE_IMAGE={tag}", "--tag", SCRATCH, str(context))
        return _rebuild(
            rounds, context / "dags" / "measured.py", lambda: docker(*words, environ={"DOCKER_BUILDKIT": "1"})
        )


def _rebuild(rounds: int, changed: Path, build: Callable[[], object]) -> float:
    """Seconds of the fastest build after a unique line was appended to ``changed``."""
    seconds = []
    for _ in range(rounds):
        with changed.open("a") as file:
            file.write(f"# {time.time_ns()}\n")
        started = time.perf_counter()
        build()
        seconds.append(time.perf_counter() - started)
    return min(seconds)
