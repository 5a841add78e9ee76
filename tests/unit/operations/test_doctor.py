"""What this machine and the account lack."""

from __future__ import annotations

from pathlib import Path

import pytest

from operations import doctor
from operations.account import Account
from tests.unit.operations.cloud import Cloud


@pytest.mark.feature("O3")
def test_doctor_reports_missing_and_old_programs_with_a_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "terraform"
    old.write_text("#!/bin/sh\necho Terraform v1.5.7\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    fixes = {finding.what: finding.fix for finding in doctor.machine() if finding.fix and not finding.optional}
    assert fixes == {
        "node": "install Node.js (20 or newer)",
        "terraform 1.5.7": "install Terraform and put it on PATH (1.11 or newer)",
    }


@pytest.mark.feature("O3")
def test_doctor_reports_a_missing_state_bucket(cloud: Cloud) -> None:
    def same(_environment: object) -> Account:
        return cloud.account

    assert [finding.fix for finding in doctor.account(cloud.account.environment, same)] == [None, None]
    cloud.client("s3").delete_bucket(Bucket="state-of-dev")
    fixes = [finding.fix for finding in doctor.account(cloud.account.environment, same)]
    assert fixes == [None, ".venv/bin/python -m operations bootstrap dev"]
