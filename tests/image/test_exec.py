"""ECS Exec in the image: the session runs in the container of the task, and the image has what a recording needs."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from local.containers import engine
from local.containers.engine import Launch
from operations.sessions import shell
from tests.exec_account import exec_account
from tests.image.services import LOCKED_DOWN


@pytest.mark.feature("O8", "T7")
def test_shell_runs_in_the_container_of_the_task_and_is_recorded(
    image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """ECS uploads recordings only from images that have ``script`` and ``cat``; sessions run as root.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
    """
    options = ("--entrypoint", "sleep", "--hostname", "the-scheduler", *LOCKED_DOWN)
    name = f"airflow-fargate-exec-{os.getpid()}"
    container = engine.start(Launch(image=image, name=name, command=("600",), options=options))
    try:
        with exec_account(tmp_path) as cloud:
            task, role, operator = cloud.run_task("scheduler"), cloud.of_task("task"), cloud.operator("operator")
            inside = container.terminal(user="root")
            cloud.aws.connect_agent(task=task, container="scheduler", terminal=inside, credentials=role)
            for variable, value in cloud.environ(operator).items():
                monkeypatch.setenv(variable, value)
            command = "bash -c 'echo on $(hostname) as $(id -un); command -v script cat airflow; tty'"
            assert shell(cloud.account(operator), "scheduler", command) == 0
            printed = capfd.readouterr().out
            (session,) = re.findall(r"Exiting session with sessionId: (\S+)\.", printed)
            recorded = cloud.recorded(session)
    finally:
        engine.remove_all([container.id])
    for text in (printed, recorded):
        assert "on the-scheduler as root" in text
        assert [line.rsplit("/", 1)[-1] for line in text.split() if "/bin/" in line] == ["script", "cat", "airflow"]
        assert "/dev/pts/" in text
