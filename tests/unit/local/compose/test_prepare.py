"""Inputs of a local run are checked before anything is written."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from local.compose import prepare
from local.compose.errors import PreconditionError
from local.compose.project import Project


def test_missing_folder_of_dags_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(PreconditionError, match=r"DAGS: folder .*absent does not exist. Fix: create it"):
        prepare.check_dags(tmp_path / "absent")


@pytest.mark.skipif("sys.platform != 'linux'", reason="only on Linux do a folder's permissions reach the container")
def test_folder_of_dags_that_the_image_cannot_read_is_rejected(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(PreconditionError, match=r"the image's user .* cannot read .*Fix: chmod o\+rx"):
        prepare.check_dags(tmp_path)
    tmp_path.chmod(0o755)
    prepare.check_dags(tmp_path)


def test_taken_port_is_rejected_and_a_free_port_is_chosen_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Project, "containers", lambda _: [])
    project = Project(environment="dev", home=tmp_path)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(PreconditionError, match=f"PORT: {taken} of 127.0.0.1 is taken. Fix: choose another"):
            prepare.choose_port(project, taken)
        monkeypatch.setattr(prepare, "DEFAULT_PORT", taken)
        assert prepare.choose_port(project, None) not in {0, taken}


def test_port_of_a_running_project_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Project, "containers", lambda _: ["some"])
    project = Project(environment="dev", home=tmp_path)
    project.folder.mkdir()
    (project.folder / "port").write_text("18080")
    assert prepare.choose_port(project, None) == 18080
