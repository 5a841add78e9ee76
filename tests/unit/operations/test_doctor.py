"""What this machine and the account lack."""

from __future__ import annotations

from pathlib import Path

import pytest

from operations import doctor, stacks
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


def builds(monkeypatch: pytest.MonkeyPatch, *, builder: str | None) -> list[str]:
    """What an x86_64 machine lacks to build an ARM64 image; ``builder`` is the output of ``docker buildx inspect``."""
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr(doctor, "_output", lambda _command: builder)
    return [finding.what for finding in doctor._image_builds("arm64") if finding.fix]


@pytest.mark.feature("O3")
def test_doctor_reports_missing_buildx(monkeypatch: pytest.MonkeyPatch) -> None:
    assert builds(monkeypatch, builder=None) == ["docker buildx"]


@pytest.mark.feature("O3")
def test_doctor_reports_missing_qemu_for_another_architecture(monkeypatch: pytest.MonkeyPatch) -> None:
    assert builds(monkeypatch, builder="Platforms: linux/amd64, linux/386") == ["QEMU for arm64"]
    assert builds(monkeypatch, builder="Platforms: linux/amd64, linux/arm64") == []


@pytest.mark.feature("O3")
def test_doctor_and_readme_require_the_same_node() -> None:
    readme = (stacks.ROOT / "README.md").read_text(encoding="utf-8")
    assert f"Node.js {doctor.NODE[0]}" in readme
