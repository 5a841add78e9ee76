"""The demo as a user runs it: exit code, output, leftovers."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from terraform_harness.tools import require

from local.repository import ROOT

EXPECTED = (
    "bootstrap-111111111111: applied",
    "acting as the CI roles: plan as arn:aws:iam::111111111111:role/airflow-ci/airflow-ci-plan, apply and destroy as ",
    "the plan role can change nothing: User: arn:aws:sts::111111111111:assumed-role/airflow-ci-plan/web-identity is ",
    "dev-foundation: applied",
    "dev-airflow: applied",
    "checks pass",
    "dev-foundation: second plan is empty",
    "dev-airflow: second plan is empty",
    "dev-airflow: updated, ",
    "3 changes: worker default gets 3072 MiB; new queue reports; third zone eu-central-1c",
    "dev-foundation: changed without a replacement: ",
    "dev-airflow: changed without a replacement: ",
    "dev-airflow: destroyed",
    "dev-foundation: destroyed",
    "nothing is left in the emulator",
    "report: .build/report/dev.html",
    "requests validated, ",
    "decisions taken for 3 principals, 1 denied",
    "everything passed. Next: open the report",
)


@pytest.mark.feature("O1", "T1", "E3", "H4", "H9", "I4")
@pytest.mark.long
def test_demo_creates_verifies_and_destroys_dev() -> None:
    require("terraform", "provider-mirror")
    done = demo("dev")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert [line for line in EXPECTED if line not in done.stdout] == []


@pytest.mark.feature("O1")
def test_demo_rejects_an_unknown_environment() -> None:
    done = demo("nowhere")
    assert done.returncode == 2
    assert "nowhere-foundation: no such stack; stacks in " in done.stdout


@pytest.mark.feature("O1")
def test_demo_without_terraform_names_the_fix() -> None:
    done = demo("dev", PATH="/nowhere")
    assert done.returncode == 2
    assert "terraform is missing. Fix: install Terraform 1.11" in done.stdout


def demo(environment: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.demo", environment],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "200"} | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
