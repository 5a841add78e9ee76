"""The folder or branch for VCS-driven workspaces and Atlantis."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pytest
import yaml

from environments.load import from_data
from operations import bundle
from operations.branch import Branch
from operations.errors import PreconditionError
from operations.handover import Folder, content, differences, hand_over
from operations.synthesis import Synthesis
from tests.unit.environments.cases import SMALLEST


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """A hand-over of two small roots; the checksums of providers are not looked up, and only once."""
    lock_files = iter(["# locked\n"])
    monkeypatch.setattr(bundle, "lock_file", lambda _document: next(lock_files))
    for layer in ("foundation", "airflow"):
        folder = tmp_path / "stacks" / f"dev-{layer}"
        folder.mkdir(parents=True)
        (folder / "cdk.tf.json").write_text(json.dumps({"output": {"layer": {"value": layer}}}))
    made = Synthesis(from_data(SMALLEST, source="dev.yaml"), tmp_path / "stacks")
    return content(made, modules=False, environments=tmp_path)


@pytest.mark.feature("M10")
def test_folder_holds_roots_lock_files_and_the_projects_of_atlantis_in_order(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    assert hand_over(files, Folder(tmp_path / "out")) == len(files)
    assert (tmp_path / "out/dev-airflow/.terraform.lock.hcl").read_text() == "# locked\n"
    projects = yaml.safe_load((tmp_path / "out/atlantis.yaml").read_text())["projects"]
    assert [project["dir"] for project in projects] == ["dev-foundation", "dev-airflow"]


@pytest.mark.feature("M10")
def test_check_names_the_files_that_are_not_current(files: dict[str, bytes], tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    hand_over(files, folder)
    assert differences(files, folder) == []
    assert hand_over(files, folder) == 0
    newer = files | {"dev-airflow/cdk.tf.json": b"{}"}
    assert differences(newer, folder) == ["dev-airflow/cdk.tf.json: out of date"]


@pytest.mark.feature("M10")
def test_file_that_is_not_needed_any_more_is_removed(files: dict[str, bytes], tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    old = files | {"old.tf.json": b"{}"}
    manifest = json.loads(files["handover.json"])
    manifest["files"]["old.tf.json"] = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    hand_over(old | {"handover.json": json.dumps(manifest).encode()}, folder)
    hand_over(files, folder)
    assert not (tmp_path / "out/old.tf.json").exists()
    assert differences(files, folder) == []


@pytest.mark.feature("M10")
@pytest.mark.parametrize("kind", ["file", "link"])
def test_folder_with_files_that_the_command_did_not_write_is_not_changed(
    files: dict[str, bytes], tmp_path: Path, kind: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    if kind == "file":
        (out / "main.tf").write_text("ours")
    else:
        (out / "main.tf").symlink_to("/nowhere")
    with pytest.raises(PreconditionError, match=r"did not write: main\.tf\. Nothing was written\. Fix: name an empty"):
        hand_over(files, Folder(out))
    assert [file.name for file in out.iterdir()] == ["main.tf"]


@pytest.mark.feature("M10")
def test_file_changed_by_hand_is_not_overwritten(files: dict[str, bytes], tmp_path: Path) -> None:
    out = tmp_path / "out"
    hand_over(files, Folder(out))
    (out / "README.md").write_text("ours")
    with pytest.raises(PreconditionError, match=r"was changed by hand: README\.md"):
        hand_over(files, Folder(out))
    assert (out / "README.md").read_text() == "ours"


@pytest.mark.feature("M10")
def test_interrupted_hand_over_is_completed_by_the_next_one(files: dict[str, bytes], tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    hand_over(files, folder)
    manifest = json.loads(files["handover.json"])
    newer = files | {"README.md": b"newer"}
    manifest["files"]["README.md"] = hashlib.sha256(b"newer").hexdigest()
    newer["handover.json"] = json.dumps(manifest).encode()
    (tmp_path / "out/README.md").write_bytes(b"newer")
    hand_over(newer, folder)
    assert differences(newer, folder) == []


@pytest.mark.feature("M10")
def test_target_that_is_a_file_is_named(files: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "out").write_text("ours")
    with pytest.raises(PreconditionError, match="Fix: name a folder that can be written"):
        hand_over(files, Folder(tmp_path / "out"))
    assert (tmp_path / "out").read_text() == "ours"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "tester")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "tester@example.com")
    folder = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    (folder / "ours.txt").write_text("ours")
    return folder


@pytest.mark.feature("M10")
def test_branch_is_committed_without_touching_the_working_tree(files: dict[str, bytes], repository: Path) -> None:
    branch = Branch(repository, "handover/dev")
    hand_over(files, branch)
    assert differences(files, branch) == []
    assert hand_over(files, branch) == 0
    assert sorted(file.name for file in repository.iterdir()) == [".git", "ours.txt"]
    hand_over(files | {"atlantis.yaml": b"version: 3\n"}, Branch(repository, "handover/dev"))
    log = subprocess.run(
        ["git", "log", "--oneline", "handover/dev"], cwd=repository, capture_output=True, text=True, check=True
    )
    assert len(log.stdout.splitlines()) == 2


@pytest.mark.feature("M10")
def test_checked_out_branch_is_rejected(repository: Path) -> None:
    with pytest.raises(PreconditionError, match="main is checked out"):
        Branch(repository, "main")
