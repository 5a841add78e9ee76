"""What a local run refuses, in the words that a person reads, before anything is begun."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from terraform_harness import tools
from typer.testing import CliRunner

from local.compose import __main__ as command
from local.compose import prepare, tasks
from local.compose.errors import PreconditionError
from local.compose.project import Project
from local.compose.references import References
from tests.unit.local.compose.compose_fixtures import environment_of, stacks_of


@pytest.fixture
def stacks(tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], None]], Path]:
    """Write the celery topology's stacks after ``change`` has been at the definition of the scheduler."""

    def write(change: Callable[[dict[str, Any]], None]) -> Path:
        for name, document in environment_of("celery").stacks.items():
            copy = json.loads(json.dumps(document))
            if name.endswith("-airflow"):
                change(copy["resource"]["aws_ecs_task_definition"]["scheduler_task_definition"])
            (tmp_path / name).mkdir()
            (tmp_path / name / tasks.FILE).write_text(json.dumps(copy))
        return tmp_path

    return write


def test_unknown_environment_is_answered_with_those_that_are_there() -> None:
    with pytest.raises(PreconditionError, match=r"tset: there is no .*tset-airflow.*Fix: make synth, or one of dev$"):
        tasks.read("tset", stacks=stacks_of(environment_of("celery")))


def test_truncated_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "dev-airflow").mkdir()
    (tmp_path / "dev-airflow" / tasks.FILE).write_text('{"resource": ')
    with pytest.raises(PreconditionError, match=r"cdk.tf.json: no JSON .*Fix: make synth"):
        tasks.read("dev", stacks=tmp_path)


def test_setting_that_nobody_translates_is_refused_not_dropped(stacks: Callable[..., Path]) -> None:
    def change(body: dict[str, Any]) -> None:
        containers = json.loads(body["container_definitions"])
        containers[0]["ulimits"] = [{"name": "nofile", "softLimit": 1, "hardLimit": 1}]
        body["container_definitions"] = json.dumps(containers)

    with pytest.raises(PreconditionError, match="container scheduler: ulimits is not translated"):
        tasks.read("dev", stacks=stacks(change))


def test_value_that_only_terraform_can_compute_is_refused(stacks: Callable[..., Path]) -> None:
    def change(body: dict[str, Any]) -> None:
        body["container_definitions"] = body["container_definitions"].replace('"5432"', '"${var.a + var.b}"')

    with pytest.raises(PreconditionError, match=r"\$\{var.a \+ var.b\}: no reference to a resource or an output"):
        tasks.read("dev", stacks=stacks(change))


def test_references_resolve_over_stacks_and_escapes_are_undone() -> None:
    foundation = {
        "resource": {"aws_ssm_parameter": {"key": {"name": "/airflow/dev/key"}}, "aws_db_instance": {"the_db": {}}},
        "output": {
            "key": {"value": "${aws_ssm_parameter.key.arn}"},
            "version": {"value": "${tostring(aws_ssm_parameter.key.version)}"},
            "host": {"value": "${aws_db_instance.the_db.address}"},
        },
    }
    references = References(stack={"resource": {}}, others={"foundation": foundation})
    outputs = "data.terraform_remote_state.foundation.outputs"
    text = f"${{{outputs}.key}}|${{{outputs}.version}}|${{{outputs}.host}}|$${{HOME}}|%%{{x}}"
    assert references.text(text) == "/airflow/dev/key|1|the-db|${HOME}|%{x}"


def test_folder_of_dags_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PreconditionError, match=r"DAGS: there is no folder .*absent. Fix: make it"):
        prepare.check_dags(tmp_path / "absent")


@pytest.mark.skipif("sys.platform != 'linux'", reason="only on Linux do a folder's permissions reach the container")
def test_folder_of_dags_that_the_image_cannot_read_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(PreconditionError, match=r"closed to the image's user .*Fix: chmod o\+rx"):
        prepare.check_dags(tmp_path)
    tmp_path.chmod(0o755)
    prepare.check_dags(tmp_path)


def test_port_that_is_taken_is_refused_and_without_a_wish_another_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Project, "containers", lambda _: [])
    project = Project(environment="dev", home=tmp_path)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(PreconditionError, match=f"PORT: {taken} of 127.0.0.1 is taken. Fix: name another"):
            prepare.choose_port(project, taken)
        monkeypatch.setattr(prepare, "USUAL_PORT", taken)
        assert prepare.choose_port(project, None) not in {0, taken}


def test_port_of_a_run_that_goes_on_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Project, "containers", lambda _: ["some"])
    project = Project(environment="dev", home=tmp_path)
    project.folder.mkdir()
    (project.folder / "port").write_text("18080")
    assert prepare.choose_port(project, None) == 18080


@pytest.mark.parametrize("verb", ["up", "down", "logs"])
def test_missing_engine_is_named_with_its_cure_and_exit_code_2(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "find", lambda _: None)
    done = CliRunner().invoke(command.app, [verb, "dev"])
    assert done.exit_code == 2
    assert "docker is missing. Fix: start a container engine" in done.output
    assert "Traceback" not in done.output
