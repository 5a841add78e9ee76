"""``make test`` ends with the failures, because CI systems show the end of a log."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from local.repository import ROOT
from tests import all_tiers
from tests.all_tiers import Run, main

TESTS = """
def test_good():
    assert True

def test_bad():
    assert list(range(40)) == [], "the reason"
"""


def one_run(monkeypatch: pytest.MonkeyPatch, folder: Path, *flags: str) -> None:
    file = folder / "tests" / "unit" / "test_one.py"
    file.parent.mkdir(parents=True)
    file.write_text(TESTS)
    run = Run(
        name="some",
        folders=(str(file.parent),),
        flags=("-p", "terraform_harness.tiers", "-p", "no:cacheprovider", *flags),
    )
    monkeypatch.setattr(all_tiers, "RUNS", (run,))


def test_failures_are_printed_at_the_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one_run(monkeypatch, tmp_path)
    assert main([]) == 1
    closing = capsys.readouterr().out.rpartition("FAILED ")[2]
    assert closing.splitlines()[0].endswith("test_one.py::test_bad (call)")
    assert "AssertionError: the reason" in closing
    assert closing.endswith("\n1 passed, 1 failed, 0 skipped\n")


def test_run_that_cannot_start_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one_run(monkeypatch, tmp_path, "--no-such-option")
    assert main([]) == 1
    assert capsys.readouterr().out.endswith(
        "FAILED some: pytest exited with code 4 before it counted\n\n0 passed, 1 failed, 0 skipped\n"
    )


def files(run: Run) -> set[Path]:
    """The test files of a run: those of its folders that no ``--ignore`` excludes."""
    ignored = [ROOT / flag.removeprefix("--ignore=") for flag in run.flags if flag.startswith("--ignore=")]
    given = [ROOT / folder for folder in run.folders]
    found = {file for path in given for file in ([path] if path.is_file() else path.rglob("test_*.py"))}
    return {file for file in found if not any(file == path or path in file.parents for path in ignored)}


@pytest.mark.parametrize(("runs", "below"), [(all_tiers.RUNS, "tests"), (all_tiers.UNIT, "tests/unit")])
def test_every_test_file_belongs_to_exactly_one_run(runs: tuple[Run, ...], below: str) -> None:
    counted = Counter(file for run in runs for file in files(run))
    assert counted == Counter((ROOT / below).rglob("test_*.py"))
