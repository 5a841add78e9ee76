"""Commands that check: doctor and verify."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.operations.command_line import run


@pytest.mark.feature("O2")
def test_verify_reports_failed_checks_with_exit_code_1(folder: Path) -> None:
    code, out, _ = run(folder, "verify", "dev")
    assert code == 1
    assert "FAIL  database migrated: no migration is recorded. Fix: .venv/bin/python -m operations migrate dev" in out
    assert "  ok  database encrypted" in out
    code, out, err = run(folder, "verify", "dev", "--json")
    found = json.loads(out)
    assert (code, found["command"], found["environment"]) == (1, "verify", "dev")
    assert (found["ok"], found["next"]) == (False, None)
    assert {"what": "database encrypted", "ok": True, "problem": None} in found["items"]
    assert "checks pass" in err


@pytest.mark.feature("O3")
def test_doctor_exits_with_1_when_a_required_program_is_missing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code, out, _ = run(folder, "doctor")
    assert code == 1
    assert " missing  node: synthesis\n          Fix: install Node.js (20 or newer)" in out
    node = {"what": "node", "needed_for": "synthesis", "fix": "install Node.js (20 or newer)", "optional": False}
    code, out, _ = run(folder, "doctor", "--json")
    found = json.loads(out)
    assert (code, found["command"], found["environment"], found["ok"]) == (1, "doctor", None, False)
    assert {**node, "ok": False} in found["items"]
