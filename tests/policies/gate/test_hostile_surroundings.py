"""A standard output, a file or an option that cannot be used gives one line and exit 2, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from terraform_gate.files import write_atomically
from terraform_gate.gate.command import main
from terraform_gate.reading.budget import Budget
from terraform_gate.reading.inputs import read

from local.repository import ROOT
from tests.policies.gate_inputs import CLEAN, POLICIES, PRIVILEGED, Folder, evaluated, run


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def _compared(folder: Folder, redirection: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Compare a folder with itself: the fastest command that writes its report as all others do."""
    here = str(folder.write(CLEAN).parent)
    command = f'"$1" -m terraform_gate compare "$2" "$2" {redirection}'
    paths = {"PYTHONPATH": str(POLICIES), "PATH": "/usr/bin:/bin", **environment}
    words = ["bash", "-c", command, "bash", sys.executable, here]
    return subprocess.run(words, capture_output=True, text=True, cwd=ROOT, env=paths, timeout=600, check=False)


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("redirection", "reason"),
    [
        (">/dev/full", "No space left on device"),
        (">&-", "is closed"),
        ("--output /dev/full", "No space left on device"),
    ],
)
def test_report_that_cannot_be_printed_exits_2(folder: Folder, redirection: str, reason: str) -> None:
    answer = _compared(folder, redirection)
    assert answer.returncode == 2, answer
    assert len(answer.stderr.splitlines()) == 1, answer.stderr
    assert reason in answer.stderr
    assert "Fix: " in answer.stderr
    assert Path("/dev/full").is_char_device(), "the device was replaced by a file"


@pytest.mark.feature("P5")
def test_reader_that_closes_the_pipe_gets_no_traceback(folder: Folder) -> None:
    answer = _compared(folder, "| true; exit ${PIPESTATUS[0]}")
    assert answer.returncode in {0, 2}  # 0 when the report was written before the reader ended
    assert "Traceback" not in answer.stderr


@pytest.mark.feature("P5")
def test_output_through_a_link_or_a_pipe_keeps_it(folder: Folder) -> None:
    target, link = folder.path / "report.txt", folder.path / "latest.txt"
    link.symlink_to(target)
    write_atomically(link, "new")
    assert (link.is_symlink(), target.read_text()) == (True, "new")
    answer = _compared(folder, "--output /dev/stdout | cat")
    assert "0 opened, 0 possibly opened, 0 closed" in answer.stdout, answer


@pytest.mark.feature("P5")
def test_names_that_the_encoding_of_the_terminal_lacks_are_escaped(folder: Folder) -> None:
    (body,) = PRIVILEGED["aws_ecs_task_definition"].values()
    file = folder.write({"aws_ecs_task_definition": {"größe": dict(body)}})
    answer = run(str(file), HOME="/dev/null", PYTHONIOENCODING="ascii")  # and a home folder that cannot be read
    assert "Traceback" not in answer.stderr
    assert answer.returncode == 1, answer.stderr
    assert "gr\\xf6\\xdfe" in answer.stdout


@pytest.mark.feature("P5")
@pytest.mark.parametrize("command", ["", "compare", "reach", "run-task"])
@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "1e30", "soon"])
def test_time_limit_that_is_no_number_of_seconds_is_rejected(
    folder: Folder, capsys: pytest.CaptureFixture[str], command: str, seconds: str
) -> None:
    files = [] if command == "run-task" else [str(folder.write(CLEAN))] * 2
    with pytest.raises(SystemExit) as ended:
        main([*([command] if command else []), *files, f"--time-limit={seconds}"])
    assert ended.value.code == 2
    assert f"must be 0 (no limit) to 2592000 seconds, got '{seconds}'" in capsys.readouterr().err


@pytest.mark.feature("P5")
def test_date_that_does_not_exist_is_rejected(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(folder.write(CLEAN)), "--today", "2027-13-45"])
    assert "must be a date such as 2027-01-31, got '2027-13-45'" in capsys.readouterr().err


@pytest.mark.feature("P5")
@pytest.mark.parametrize("command", ["compare", "reach"])
def test_command_that_takes_too_long_ends(folder: Folder, capsys: pytest.CaptureFixture[str], command: str) -> None:
    file = str(folder.write(CLEAN))
    assert main([command, file, file, "--time-limit", "0.0001"]) == 2
    written = capsys.readouterr()
    assert "within 0.0001 s. Fix:" in written.out + written.err


@pytest.mark.feature("P5")
@pytest.mark.parametrize("command", ["compare", "reach"])
def test_exceeded_budget_is_reported_without_control_characters_and_exception_names(
    folder: Folder, capsys: pytest.CaptureFixture[str], command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Budget.__init__, "__defaults__", (10,))
    many = ", ".join(f'"{number}"' for number in range(100))
    main_file = f'locals {{ a = [{many}] }}\nresource "aws_vpc" "v" {{ tags = concat(local.a, local.a) }}\n'
    here = str(folder.text(main_file, stack="red\x1b[31m", name="main.tf"))
    assert main([command, here, here]) == 2
    written = capsys.readouterr()
    text = written.out + written.err
    assert "\x1b" not in text
    assert "its expressions, count and for_each have more than" in text
    assert "Error" not in text


@pytest.mark.feature("P5")
@pytest.mark.parametrize("name", ["fifo", "folder", "binary", "long number"])
def test_hostile_file_of_waivers_is_a_problem(folder: Folder, name: str) -> None:
    file = folder.path / "waivers.yaml"
    {
        "fifo": lambda: os.mkfifo(file),
        "folder": file.mkdir,
        "binary": lambda: file.write_bytes(b"\xff\xfe"),
        "long number": lambda: file.write_text(f"[{{expires: {'9' * 5000}}}]"),
    }[name]()
    report = evaluated(folder.write(CLEAN), waiver_files=[file])
    assert [problem.where for problem in report.problems] == [str(file)]
    assert "Error" not in report.problems[0].reason


@pytest.mark.feature("P5")
def test_linked_folder_is_read_and_a_circle_of_links_ends(folder: Folder) -> None:
    elsewhere = folder.write(CLEAN, stack="elsewhere/prod").parent
    (elsewhere / "again").symlink_to(elsewhere)
    here = folder.write(CLEAN, stack="here/dev").parent.parent
    (here / "linked").symlink_to(elsewhere)
    (here / "dev" / "up").symlink_to(here)
    inputs = read([here])
    assert inputs.problems == []
    assert [root.files[0].parent.name for root in inputs.roots] == ["dev", "linked"]
