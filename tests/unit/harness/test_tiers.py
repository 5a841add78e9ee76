"""The end of a run prints times and counts of each tier, and recorded recovery times."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Literal, cast

import pytest
from terraform_harness.tiers import PROCESSOR, RECOVERY, TierReport

HARNESS = Path(__file__).parents[3] / "harness"


class FakeTerminal:
    """Keeps the lines that pytest would print."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def section(self, title: str) -> None:
        self.lines.append(title)

    def write_line(self, line: str) -> None:
        self.lines.append(line)


def _reported(
    outcome: Literal["passed", "failed"], *properties: tuple[str, object], processor: float = 0.0
) -> list[str]:
    tiers, terminal = TierReport({"live": "a container engine"}), FakeTerminal()
    for when in ("setup", "call", "teardown"):
        report = pytest.TestReport(
            nodeid="tests/live/test_x.py::test_x",
            location=("test_x.py", 1, "test_x"),
            keywords={},
            outcome=outcome if when == "call" else "passed",
            longrepr=None,
            when=cast("Literal['setup', 'call', 'teardown']", when),
            user_properties=list(properties),
            duration=1.5,
        )
        setattr(report, PROCESSOR, processor)
        tiers.pytest_runtest_logreport(report)
    tiers.pytest_terminal_summary(cast("pytest.TerminalReporter", terminal))
    return terminal.lines


@pytest.mark.feature("R4")
@pytest.mark.parametrize("outcome", ["passed", "failed"])
def test_recoveries_are_printed_once_for_passed_and_failed_tests(outcome: Literal["passed", "failed"]) -> None:
    lines = _reported(outcome, (RECOVERY, "34 s  worker killed"), ("another", "thing"))
    assert lines[0] == "tiers"
    assert f"1 {outcome}" in lines[1]
    assert "4.5 s" in lines[1]
    assert lines[2:] == ["recovery: 34 s  worker killed"]


def test_tests_that_use_much_processor_time_are_listed() -> None:
    lines = _reported("passed", processor=2.0)
    assert "6.0 s of processor" in lines[1]
    assert lines[2:] == ["processor:    6.0 s  tests/live/test_x.py::test_x"]


def test_processor_time_includes_child_processes_and_is_reported_under_xdist(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import subprocess, sys\n"
        "BUSY = 'import time\\nwhile time.process_time() < 1.2: pass'\n"
        "def test_child():\n"
        "    subprocess.run([sys.executable, '-c', BUSY], check=True)\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "terraform_harness.tiers", "-c", os.devnull, "-n", "1"]
    environment = os.environ | {"PYTHONPATH": str(HARNESS)}
    done = subprocess.run(
        [*command, str(tmp_path)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert re.search(r"^processor: +[1-9]\.\d s  .*::test_child$", done.stdout, re.MULTILINE), done.stdout + done.stderr
