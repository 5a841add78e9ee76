"""Ctrl-C during an apply: Terraform stops, its lock is released or its removal is explained, no process remains."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.emulator import Emulator
from terraform_harness.terraform.run import Terraform, TerraformError
from terraform_harness.tools import require

from local.repository import ROOT

BUCKET = "state"
RUN = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
from terraform_harness.terraform.run import Terraform, TerraformInterrupted
terraform = Terraform(Path(sys.argv[1]), progress=lambda message: print(message.kind, flush=True))
terraform.init()
try:
    terraform.apply(terraform.plan())
except TerraformInterrupted as stop:
    print(stop, flush=True)
    sys.exit(130)
"""


@pytest.fixture
def aws() -> Iterator[Emulator]:
    require("terraform")
    with Emulator(account_id="111111111111") as emulator:
        emulator.make_state_bucket(BUCKET)
        yield emulator


def configuration(command: str) -> dict[str, Any]:
    state = {"bucket": BUCKET, "key": "k", "region": "eu-central-1", "use_lockfile": True, "use_path_style": True}
    slow = {"provisioner": [{"local-exec": {"command": command}}]}
    return {"terraform": {"backend": {"s3": state}}, "resource": {"terraform_data": {"slow": slow, "next": AFTER}}}


AFTER = {"depends_on": ["terraform_data.slow"], "input": "never"}


def start(folder: Path, aws: Emulator, command: str) -> subprocess.Popen[str]:
    """A process that is applying and holds the lock."""
    (folder / "cdk.tf.json").write_text(json.dumps(configuration(command)))
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(folder)],
        cwd=ROOT,
        env=os.environ | aws.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    for line in process.stdout:
        if line.strip() == "provision_start":
            return process
    raise AssertionError(f"ended before the apply with {process.wait()}")


def keys(aws: Emulator) -> set[str]:
    return {item["Key"] for item in aws.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", ())}


def processes_in(folder: Path) -> list[str]:
    """Command lines of processes whose working directory is ``folder``."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").resolve() == folder:
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return found


def test_interrupted_apply_saves_its_state_and_releases_the_lock(tmp_path: Path, aws: Emulator) -> None:
    process = start(tmp_path, aws, "sleep 60")
    assert "k.tflock" in keys(aws)
    process.send_signal(signal.SIGINT)
    text, _ = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "its lock released. Next: run the same command again" in text
    assert keys(aws) == {"k"}
    assert processes_in(tmp_path) == []


@pytest.mark.feature("E2")
def test_concurrent_run_reports_the_holder_of_the_lock(tmp_path: Path, aws: Emulator) -> None:
    process = start(tmp_path, aws, "until [ -e enough ]; do sleep 0.1; done")
    other = Terraform(tmp_path, environment=aws.environment)
    with pytest.raises(TerraformError, match="Error acquiring the state lock") as rejected:
        other.plan()
    assert "OperationTypeApply" in str(rejected.value)
    (tmp_path / "enough").touch()
    process.communicate(timeout=300)
    assert process.returncode == 0
    assert not other.plan().changes


STUBBORN = """#!/bin/bash
case $1 in
  init) exit 0 ;;
  plan) echo plan > tfplan; exit 2 ;;
esac
trap 'count=$((count + 1)); [ $count -lt 2 ] || exit 1' INT
echo '{"type": "provision_start"}'
while true; do sleep 0.1; done
"""


def test_apply_that_is_interrupted_twice_stops_at_once_and_explains_the_lock(
    tmp_path: Path, aws: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Terraform continues after the first Ctrl-C, as it does while it waits for a database."""
    program = tmp_path / "terraform"
    program.write_text(STUBBORN)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    process = start(tmp_path, aws, "")
    process.send_signal(signal.SIGINT)
    time.sleep(1)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    text, _ = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "interrupted 2 times" in text
    assert "terraform force-unlock LOCK_ID" in text
    assert processes_in(tmp_path) == []
