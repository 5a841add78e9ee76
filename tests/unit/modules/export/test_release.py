"""The release command: which version it demands, what it writes, and what stays from earlier releases."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from modules.export import write
from modules.export.build import Module
from modules.export.release import main

NAME = "encryption-key"
MOVED = "moved {\n  from = aws_kms_key.key\n  to   = aws_kms_key.this\n}\n"


@pytest.fixture
def folders(every_module: dict[str, Module], tmp_path: Path) -> tuple[Path, Path]:
    """The exported modules, of which 1.0.0 is released."""
    exported, released = tmp_path / "dist", tmp_path / "released"
    write.write(exported / NAME, write.content(every_module[NAME]))
    assert release("1.0.0", exported, released).exit_code == 0
    return exported, released


def release(version: str, exported: Path, released: Path, *more: str) -> Result:
    """The command, without the proof on the emulator."""
    app = typer.Typer()
    app.command()(main)
    folders = ("--modules", str(exported), "--to", str(released))
    return CliRunner().invoke(app, [version, *folders, "--date", "2026-11-28", "--without-proof", *more])


def change(exported: Path, old: str, new: str, *, file: str = "main.tf") -> None:
    path = exported / NAME / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.feature("M3", "M5")
def test_a_release_has_its_version_in_the_interface_and_its_date_in_the_change_logs(folders: tuple[Path, Path]) -> None:
    exported, released = folders
    change(exported, "enable_key_rotation", "is_enabled = true\n  enable_key_rotation")
    result = release("1.0.1", exported, released)
    assert (result.exit_code, "released 1.0.1" in result.output) == (0, True)
    assert json.loads((released / NAME / "interface.json").read_text())["version"] == "1.0.1"
    log = (released / NAME / "CHANGELOG.md").read_text()
    assert log.index("## 1.0.1 - 2026-11-28") < log.index("## 1.0.0 - 2026-11-28\n\nFirst version.")
    assert "- patch: resource aws_kms_key.this changes in place: is_enabled" in log
    assert f"## 1.0.1 - 2026-11-28\n\n- {NAME}: patch" in (released / "CHANGELOG.md").read_text()


@pytest.mark.feature("M5")
@pytest.mark.parametrize(
    ("file", "old", "new", "versions"),
    [
        ("main.tf", "enable_key_rotation ", "is_enabled ", ("1.9.0", "2.0.0")),
        ("outputs.tf", 'output "arn"', 'output "key"', ("1.0.1", "2.0.0")),
        ("outputs.tf", 'output "arn"', 'output "id" {\n  value = "x"\n}\n\noutput "arn"', ("1.0.1", "1.1.0")),
    ],
)
def test_a_version_lower_than_the_comparison_demands_is_rejected(
    folders: tuple[Path, Path], file: str, old: str, new: str, versions: tuple[str, str]
) -> None:
    exported, released = folders
    before = {path: path.read_text() for path in released.rglob("*") if path.is_file()}
    low, demanded = versions
    change(exported, old, new, file=file)
    result = release(low, exported, released)
    assert result.exit_code == 2
    assert f"version {low} is too low" in result.output
    assert f"Fix: .venv/bin/python -m modules.export.release {demanded}" in result.output
    assert {path: path.read_text() for path in released.rglob("*") if path.is_file()} == before
    assert release(demanded, exported, released).exit_code == 0


@pytest.mark.feature("M5")
def test_moved_blocks_of_all_earlier_releases_stay(folders: tuple[Path, Path], every_module: dict[str, Module]) -> None:
    exported, released = folders
    (exported / NAME / "moved.tf").write_text(MOVED)
    assert release("1.0.1", exported, released).exit_code == 0
    later = MOVED.replace("key.key", "key.first")
    (exported / NAME / "moved.tf").write_text(later)
    write.write(exported / NAME, write.content(every_module[NAME]))
    assert release("1.0.2", exported, released).exit_code == 0
    assert (released / NAME / "moved.tf").read_text() == f"{later}\n{MOVED}"


@pytest.mark.feature("M5")
def test_a_removed_module_is_major_and_a_new_one_minor(
    folders: tuple[Path, Path], every_module: dict[str, Module]
) -> None:
    exported, released = folders
    write.write(exported / "flow-logs", write.content(every_module["flow-logs"]))
    assert "release 1.1.0" in release("1.0.1", exported, released).output
    assert release("1.1.0", exported, released).exit_code == 0
    (exported / NAME).rename(exported.parent / "elsewhere")
    assert "release 2.0.0" in release("1.2.0", exported, released).output
    assert release("2.0.0", exported, released).exit_code == 0
    assert not (released / NAME).exists()
    assert f"- {NAME}: removed" in (released / "CHANGELOG.md").read_text()


def git(folder: Path, *arguments: str) -> str:
    options = ("-c", "init.defaultBranch=main", "-c", "user.name=t", "-c", "user.email=t@example.org")
    return subprocess.run(["git", *options, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.mark.feature("M5")
def test_tag_commits_the_released_modules_and_rejects_an_existing_tag(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    exported, released = folders
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "t")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "t@example.org")
    git(released, "init")
    result = release("1.0.1", exported, released, "--tag")
    assert (result.exit_code, "is not committed" in result.output) == (2, True)
    git(released, "add", "--all")
    git(released, "commit", "--message", "First")
    assert release("1.0.1", exported, released, "--tag").exit_code == 0
    assert git(released, "show", "--no-patch", "--format=%s", "v1.0.1^{commit}") == "Release v1.0.1\n"
    assert git(released, "status", "--porcelain") == ""
    again = release("1.0.1", exported, released, "--tag")
    assert (again.exit_code, "the tag v1.0.1 exists" in again.output) == (2, True)


def test_bad_date_folder_and_text_are_one_printable_message(
    folders: tuple[Path, Path],
) -> None:
    exported, released = folders
    result = release("1.0.1", exported, released, "--date", "2026\x1b[31m")
    assert (result.exit_code, result.output) == (2, "date 2026\\x1b[31m is not a date. Fix: write it as 2026-11-28\n")
    result = release("1.0.1", exported, released / "CHANGELOG.md")
    assert (result.exit_code, "CHANGELOG.md" in result.output, "Traceback" in result.output) == (2, True, False)
    change(exported, "condition     = ", 'condition     = "\x1b" == "" || ', file="variables.tf")
    result = release("1.0.1", exported, released)
    assert ("\\x1b" in result.output, "\x1b" in result.output) == (True, False)
    change(exported, '"\x1b" == "" || ', "", file="variables.tf")
    (released / NAME / "examples/complete/terraform.tfstate").write_text("{}")
    result = release("2.0.0", exported, released)
    assert result.exit_code == 2
    assert "would delete examples/complete/terraform.tfstate, which it did not write" in result.output
    assert not (released / NAME / "CHANGELOG.md").read_text().count("2.0.0")


@pytest.mark.parametrize(
    ("version", "files", "message"),
    [
        ("1.0", {}, "version '1.0' is not MAJOR.MINOR.PATCH"),
        ("1.0.0", {}, "dist: no exported modules. Fix: make modules"),
        (
            "1.0.0",
            {"dist/a/main.tf": "", "dist/a/interface.json": "{}", "released/a/interface.json": "[]"},
            "released/a/interface.json: not the version of a release",
        ),
    ],
)
def test_bad_input_is_one_message_and_nothing_is_written(
    version: str, files: dict[str, str], message: str, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    result = release(version, tmp_path / "dist", tmp_path / "released")
    assert message in result.output
    assert "Traceback" not in result.output
    assert result.exit_code == 2
    assert not (tmp_path / "released" / "CHANGELOG.md").exists()
