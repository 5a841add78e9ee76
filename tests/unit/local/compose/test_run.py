"""``make up`` follows Compose and says why it gave up. A script plays Compose: no engine is needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.compose import run, startup_monitor
from local.compose.errors import RunError, PreconditionError
from local.compose.project import Project, Service


class Scripted(Project):
    """A project whose Compose is ``compose`` in its home: it gets the words as its arguments."""

    def command(self, *words: str) -> list[str]:
        return ["/bin/sh", str(self.home / "compose"), *words]

    @property
    def environ(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "HERE": str(self.home)}

    def services(self) -> dict[str, Service]:
        """What was played; each look restarts those of which that is said."""
        there = json.loads((self.home / "services").read_text())
        again = {name: [state, count + 1 if state == "restarting" else count] for name, (state, count) in there.items()}
        (self.home / "services").write_text(json.dumps(again))
        return {name: Service(state=state, restarts=count) for name, (state, count) in there.items()}

    def play(self, *, states: dict[str, str], code: int = 0, restarts: int = 0) -> None:
        (self.home / "services").write_text(json.dumps({name: (state, restarts) for name, state in states.items()}))
        (self.home / "compose").write_text(
            f'case "$1" in up) echo " Container x Started"; echo complaint of Compose >&2; exit {code};;'
            ' logs) echo "last words of $6"; echo "$@" >"$HERE/asked";; esac\n'
        )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    monkeypatch.setattr(run, "POLL_SECONDS", 0.01)
    return Scripted(environment="dev", home=tmp_path)


def test_start_returns_when_all_is_healthy_or_done(project: Scripted) -> None:
    said: list[str] = []
    project.play(states={"migrate": "exited 0", "scheduler": "healthy", "scheduler-network": "running"})
    run.start(project, say=said.append)
    assert said == ["migrate: exited 0", "scheduler: healthy"]


def test_restarts_of_an_earlier_day_do_not_count(project: Scripted) -> None:
    project.play(states={"scheduler": "healthy"}, restarts=9)
    run.start(project, say=lambda _: None, seconds=0.5)


def test_migration_that_fails_is_named_with_its_last_words(project: Scripted) -> None:
    project.play(states={"migrate": "exited 3", "scheduler": "created"}, code=1)
    with pytest.raises(RunError) as error:
        run.start(project, say=lambda _: None)
    assert str(error.value).splitlines() == [
        "complaint of Compose",
        "--- last lines of migrate:",
        "last words of migrate",
        "Next: make logs ENV=dev, or make down",
    ]


def test_service_that_never_gets_healthy_ends_the_wait(project: Scripted) -> None:
    project.play(states={"worker": "unhealthy", "scheduler": "healthy"})
    with pytest.raises(RunError, match="nothing has changed for 0.2 s\n--- last lines of worker:"):
        run.start(project, say=lambda _: None, seconds=0.2)


def test_service_that_restarts_over_and_over_is_a_failure_though_it_runs_now_and_then(project: Scripted) -> None:
    project.play(states={"metrics": "restarting", "scheduler": "healthy"})
    with pytest.raises(RunError, match="metrics has restarted 5 times\n--- last lines of metrics:"):
        run.start(project, say=lambda _: None)


def test_service_that_has_just_restarted_is_not_trusted_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monitor = startup_monitor.StartupMonitor(lambda _: None, before={})
    monitor.update({"metrics": Service(state="running", restarts=1)})
    assert not monitor.ready
    monkeypatch.setattr(startup_monitor, "STEADY_SECONDS", 0.0)
    assert monitor.ready


def test_logs_of_an_unknown_service_are_answered_with_the_names(project: Scripted) -> None:
    project.play(states={"worker": "running", "scheduler": "running"})
    with pytest.raises(PreconditionError, match="SERVICE: there is no 'wroker'. Allowed: scheduler, worker"):
        run.follow_logs(project, service="wroker", follow=True)
    assert not (project.home / "asked").exists()
    assert run.follow_logs(project, service="worker", follow=False) == 0
    assert (project.home / "asked").read_text() == "logs --tail 200 worker\n"


def test_logs_of_what_does_not_run_say_how_to_start_it(project: Scripted) -> None:
    project.play(states={})
    with pytest.raises(PreconditionError, match="dev is not running here. Fix: make up ENV=dev"):
        run.follow_logs(project, service=None, follow=True)


def test_data_is_deleted_only_after_a_yes(project: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[str] = []
    monkeypatch.setattr(Project, "remove_data", lambda self: gone.append(self.volume))
    questions: list[str] = []
    assert not run.delete_data(project, confirm=lambda question: bool(questions.append(question)))
    assert gone == []
    assert project.volume in questions[0]
    assert run.delete_data(project, confirm=lambda _: True)
    assert gone == [project.volume]
