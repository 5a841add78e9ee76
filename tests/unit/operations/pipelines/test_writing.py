"""Files in a repository: written once, checked in CI, and those of others are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.operations.command_line import run
from tests.unit.operations.pipelines.conftest import environment, write

DEPLOY = ".github/workflows/airflow-deploy.yml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "environments", environment("dev"))


@pytest.mark.feature("O5")
def test_second_run_changes_nothing_and_check_passes(folder: Path, tmp_path: Path) -> None:
    words = ("pipelines", "dev", "--out", str(tmp_path))
    assert run(folder, *words)[1].endswith("6 files, 6 changed\n")
    before = {file: file.read_bytes() for file in tmp_path.rglob("*.yml")}
    assert run(folder, *words)[1].endswith("6 files, 0 changed\n")
    assert run(folder, *words, "--check")[:2] == (0, f"{tmp_path}: 6 files are current\n")
    assert {file: file.read_bytes() for file in tmp_path.rglob("*.yml")} == before


@pytest.mark.feature("O5")
def test_check_names_what_is_missing_or_out_of_date_and_writes_nothing(folder: Path, tmp_path: Path) -> None:
    words = ("pipelines", "dev", "--out", str(tmp_path))
    run(folder, *words)
    write(folder, environment("dev", branch="release"))
    (tmp_path / ".github/workflows/airflow-image.yml").unlink()
    old = (tmp_path / DEPLOY).read_text()
    code, out, err = run(folder, *words, "--check")
    assert code == 1
    assert f"{DEPLOY}: out of date\n" in out
    assert ".github/workflows/airflow-image.yml: missing\n" in out
    assert "Fix: run the command without --check" in err
    assert (tmp_path / DEPLOY).read_text() == old


@pytest.mark.feature("O5")
@pytest.mark.parametrize("kind", ["file", "link", "folder"])
def test_file_that_the_command_did_not_write_is_not_overwritten(folder: Path, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "repository"
    path = out / DEPLOY
    path.parent.mkdir(parents=True)
    if kind == "file":
        path.write_text("name: ours\n")
    elif kind == "link":
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path.mkdir()
    code, _, err = run(folder, "pipelines", "dev", "--out", str(out))
    assert code == 2
    assert err == (
        f"{out} has files that this command did not write: {DEPLOY}; nothing was written. Fix: rename or remove them, "
        "or name another folder\n"
    )
    assert [file.relative_to(out).as_posix() for file in out.rglob("*.yml")] == [DEPLOY]


@pytest.mark.feature("O5")
def test_target_that_is_a_file_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = run(folder, "pipelines", "dev", "--out", str(tmp_path / "file"))
    assert (code, err) == (2, f"{tmp_path}/file is not a folder. Fix: name the folder of the repository\n")


@pytest.mark.feature("O5")
def test_folder_that_cannot_be_written_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = run(folder, "pipelines", "dev", "--out", str(tmp_path / "file" / "repository"))
    assert code == 2
    assert err.startswith(f"{tmp_path}/file/repository: cannot write .github/")
    assert err.endswith("Fix: name a folder in which you can write, then run the command again\n")
