"""``make up`` follows Compose and reports errors. A shell script plays Compose, so no engine is needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.compose import run
from local.compose.errors import PreconditionError, RunError
from local.compose.project import Project, Service


class Scripted(Project):
    """A project that runs the shell script ``compose`` in its home instead of Compose."""

    def command(self, *words: str) -> list[str]:
        return ["/bin/sh", str(self.home / "compose"), *words]

    @property
    def environ(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "HERE": str(self.home)}

    def services(self) -> dict[str, Service]:
        """The services given to ``play``; each call adds a restart to those in the state ``restarting``."""
        current = json.loads((self.home / "services").read_text())
        following = {name: [state, count + (state == "restarting")] for name, (state, count) in current.items()}
        (self.home / "services").write_text(json.dumps(following))
        return {name: Service(state=state, restarts=count) for name, (state, count) in current.items()}

    def play(self, *, states: dict[str, str], code: int = 0, restarts: int = 0) -> None:
        (self.home / "services").write_text(json.dumps({name: (state, restarts) for name, state in states.items()}))
        (self.home / "compose").write_text(
            f'case "$1" in up) echo " Container x Started"; echo error of Compose >&2; exit {code};;'
            ' logs) echo "last line of $6"; echo "$@" >"$HERE/arguments";; esac\n'
        )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    monkeypatch.setattr(run, "POLL_SECONDS", 0.01)
    return Scripted(environment="dev", home=tmp_path)


def test_start_returns_when_every_service_is_healthy_or_done(project: Scripted) -> None:
    reported: list[str] = []
    project.play(states={"migrate": "exited 0", "scheduler": "healthy", "scheduler-network": "running"})
    run.start(project, report=reported.append)
    assert reported == ["migrate: exited 0", "scheduler: healthy"]


def test_restarts_before_the_start_do_not_count(project: Scripted) -> None:
    project.play(states={"scheduler": "healthy"}, restarts=9)
    run.start(project, report=lambda _: None, seconds=0.5)


def test_failed_migration_is_reported_with_its_last_lines(project: Scripted) -> None:
    project.play(states={"migrate": "exited 3", "scheduler": "created"}, code=1)
    with pytest.raises(RunError) as error:
        run.start(project, report=lambda _: None)
    assert str(error.value).splitlines() == [
        "error of Compose",
        "--- last lines of migrate:",
        "last line of migrate",
        "Next: make logs ENV=dev, or make down",
    ]


def test_unhealthy_service_ends_the_wait(project: Scripted) -> None:
    project.play(states={"worker": "unhealthy", "scheduler": "healthy"})
    with pytest.raises(RunError, match="nothing has changed for 0.2 s\n--- last lines of worker:"):
        run.start(project, report=lambda _: None, seconds=0.2)


def test_service_that_restarts_five_times_is_an_error(project: Scripted) -> None:
    project.play(states={"metrics": "restarting", "scheduler": "healthy"})
    with pytest.raises(RunError, match="metrics has restarted 5 times\n--- last lines of metrics:"):
        run.start(project, report=lambda _: None)


def test_logs_of_an_unknown_service_are_rejected_with_the_known_names(project: Scripted) -> None:
    project.play(states={"worker": "running", "scheduler": "running"})
    with pytest.raises(PreconditionError, match="SERVICE: unknown service 'wroker'. Allowed: scheduler, worker"):
        run.follow_logs(project, service="wroker", follow=True)
    assert not (project.home / "arguments").exists()
    assert run.follow_logs(project, service="worker", follow=False) == 0
    assert (project.home / "arguments").read_text() == "logs --tail 200 worker\n"


def test_logs_of_an_environment_that_does_not_run_are_rejected(project: Scripted) -> None:
    project.play(states={})
    with pytest.raises(PreconditionError, match="dev is not running here. Fix: make up ENV=dev"):
        run.follow_logs(project, service=None, follow=True)


def test_data_is_deleted_only_after_a_yes(project: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    deleted: list[str] = []
    monkeypatch.setattr(Project, "remove_data", lambda self: deleted.append(self.volume))
    questions: list[str] = []
    assert not run.delete_data(project, confirm=lambda question: bool(questions.append(question)))
    assert deleted == []
    assert project.volume in questions[0]
    assert run.delete_data(project, confirm=lambda _: True)
    assert deleted == [project.volume]
