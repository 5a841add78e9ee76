"""``make up`` follows Compose and says why it gave up. A script plays Compose: no engine is needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.compose import run
from harness.compose.errors import Failed, Refused
from harness.compose.project import Project


class Scripted(Project):
    """A project whose Compose is ``compose`` in its home: it gets the words as its arguments."""

    def command(self, *words: str) -> list[str]:
        return ["/bin/sh", str(self.home / "compose"), *words]

    @property
    def environ(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "HERE": str(self.home)}

    def play(self, *, states: list[dict[str, object]], code: int = 0) -> None:
        lines = "\n".join(json.dumps({"ExitCode": 0, "Health": "", **one}) for one in states)
        (self.home / "states").write_text(lines + "\n")
        (self.home / "compose").write_text(
            f'case "$1" in up) echo complaint of Compose >&2; exit {code};; ps) cat "$HERE/states";;'
            ' logs) echo "last words of $6"; echo "$@" >"$HERE/asked";; esac\n'
        )


@pytest.fixture
def project(tmp_path: Path) -> Scripted:
    return Scripted(environment="dev", home=tmp_path)


def test_start_returns_when_all_is_healthy_or_done(project: Scripted) -> None:
    said: list[str] = []
    project.play(
        states=[
            {"Service": "migrate", "State": "exited"},
            {"Service": "scheduler", "State": "running", "Health": "healthy"},
            {"Service": "scheduler-network", "State": "running"},
        ]
    )
    run.start(project, say=said.append)
    assert said == ["migrate: exited 0", "scheduler: healthy"]


def test_migration_that_fails_is_named_with_its_last_words(project: Scripted) -> None:
    project.play(states=[{"Service": "migrate", "State": "exited", "ExitCode": 3}], code=1)
    with pytest.raises(Failed) as error:
        run.start(project, say=lambda _: None)
    assert "complaint of Compose" in str(error.value)
    assert "migrate is exited 3; its last lines:\nlast words of migrate" in str(error.value)
    assert "Next: make logs ENV=dev, or make down ENV=dev" in str(error.value)


def test_service_that_never_gets_healthy_ends_the_wait(project: Scripted) -> None:
    project.play(states=[{"Service": "worker", "State": "running", "Health": "unhealthy"}])
    with pytest.raises(Failed, match="nothing has changed for 0 s\n--- worker is unhealthy"):
        run.start(project, say=lambda _: None, seconds=0)


def test_logs_of_an_unknown_service_are_answered_with_the_names(project: Scripted) -> None:
    project.play(states=[{"Service": "worker", "State": "running"}, {"Service": "scheduler", "State": "running"}])
    with pytest.raises(Refused, match="SERVICE: there is no 'wroker'. Allowed: scheduler, worker"):
        run.follow_logs(project, service="wroker", follow=True)
    assert not (project.home / "asked").exists()
    assert run.follow_logs(project, service="worker", follow=False) == 0
    assert (project.home / "asked").read_text() == "logs --tail 200 worker\n"


def test_logs_of_what_does_not_run_say_how_to_start_it(project: Scripted) -> None:
    project.play(states=[])
    (project.home / "states").write_text("")
    with pytest.raises(Refused, match="dev is not running here. Cure: make up ENV=dev"):
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
