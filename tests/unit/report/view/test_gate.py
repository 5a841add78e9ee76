"""The result of the policy gate."""

from __future__ import annotations

import subprocess
import sys

import pytest

from report.view.gate import gate_result


@pytest.mark.feature("O6")
def test_gate_that_prints_no_report_is_a_problem_and_not_a_pass() -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('out of memory')"]
    result = gate_result(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    assert result.problems == ("the gate ended with exit code 1: out of memory",)
    assert result.exit_code == 2
