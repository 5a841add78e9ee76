"""The health check reports a process that is stopped or dead, within its memory limit."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import pytest

from local.containers import engine, images
from local.containers.engine import Container
from tests.image.services import Services

MAIN_PROCESS = "$(cat /proc/1/task/1/children)"
CHECK = ("python", "/opt/airflow-fargate/health.py")
# Heartbeats are valid for 30 s; the rest is for a busy machine.
TIMEOUT_SECONDS = 600


def _wait(state: str, containers: Mapping[str, Container], reached: Callable[[Container], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    remaining = dict(containers)
    while remaining and time.monotonic() < deadline:
        remaining = {name: container for name, container in remaining.items() if not reached(container)}
        time.sleep(0.5)
    assert not remaining, f"not {state} after {TIMEOUT_SECONDS} s: {', '.join(remaining)}"


def _signal(containers: Mapping[str, Container], signal: str) -> None:
    for container in containers.values():
        container.exec("sh", "-c", f"kill -{signal} {MAIN_PROCESS}")


def _health(status: str) -> Callable[[Container], bool]:
    return lambda container: container.state["Health"]["Status"] == status


@pytest.mark.feature("C1")
def test_stopped_process_becomes_unhealthy_and_recovers(components: Mapping[str, Container]) -> None:
    _signal(components, "STOP")
    _wait("unhealthy", components, _health("unhealthy"))
    for name, container in components.items():
        reason = container.exec(*CHECK, check=False).stdout
        assert reason.startswith("unhealthy: "), name
        assert len(reason.splitlines()) == 1, name
    _signal(components, "CONT")
    _wait("healthy again", components, _health("healthy"))


@pytest.mark.feature("C1", "T4")
def test_dead_process_ends_its_container_and_starts_again(components: Mapping[str, Container]) -> None:
    _signal(components, "KILL")
    _wait("ended", components, lambda container: not container.state["Running"])
    for name, container in components.items():
        assert container.state["ExitCode"] != 0, name
        engine.docker("start", container.id)
    _wait("healthy again", components, _health("healthy"))


@pytest.mark.feature("C1")
@pytest.mark.parametrize("name", ["api-server", "scheduler", "dag-processor", "triggerer", "worker"])
def test_health_check_needs_at_most_40_mib(components: Mapping[str, Container], name: str) -> None:
    """A check that imports Airflow would need 130 MB, and seconds of a quarter CPU."""
    script = (
        "import resource, subprocess, sys;"
        f"code = subprocess.call({list(CHECK)!r});"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(code, used.ru_maxrss // 1024)"
    )
    code, mebibytes = components[name].exec("python", "-c", script).stdout.split()
    assert code == "0"
    assert int(mebibytes) <= 40


@pytest.mark.feature("C1")
def test_check_of_an_unknown_component_fails_and_of_a_one_off_command_passes(services: Services) -> None:
    for words, code in ((["webserver"], 1), (["migrate"], 0)):
        done = engine.run(
            engine.Launch(
                image=services.image,
                name=f"{services.network}-check",
                options=("--entrypoint", "python"),
                command=(CHECK[1], *words),
            )
        )
        assert done.returncode == code, done.stdout


def test_wait_ends_with_an_error_where_the_check_of_the_image_fails(services: Services) -> None:
    """The engine repeats no check of a backing service, so the wait runs it."""
    options = ("--no-healthcheck", "--entrypoint", "sleep")
    container = engine.start(
        engine.Launch(
            image=images.build("redis"), name=f"{services.network}-no-redis", options=options, command=("60",)
        )
    )
    with pytest.raises(engine.EngineError, match=r"no-redis is not healthy after 2 s"):
        container.wait_healthy(seconds=2)
    container.remove()
