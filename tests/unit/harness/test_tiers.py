"""The end of a run prints times and counts of each tier, and recorded recovery times."""

from __future__ import annotations

from typing import Literal, cast

import pytest
from terraform_harness.tiers import RECOVERY, TierReport


class FakeTerminal:
    """Keeps the lines that pytest would print."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def section(self, title: str) -> None:
        self.lines.append(title)

    def write_line(self, line: str) -> None:
        self.lines.append(line)


def _reported(outcome: Literal["passed", "failed"], *properties: tuple[str, object]) -> list[str]:
    tiers, terminal = TierReport({"live": "a container engine"}), FakeTerminal()
    for when in ("setup", "call", "teardown"):
        tiers.pytest_runtest_logreport(
            pytest.TestReport(
                nodeid="tests/live/test_x.py::test_x",
                location=("test_x.py", 1, "test_x"),
                keywords={},
                outcome=outcome if when == "call" else "passed",
                longrepr=None,
                when=cast("Literal['setup', 'call', 'teardown']", when),
                user_properties=list(properties),
                duration=1.5,
            )
        )
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
