"""The emulator reports why it does not start and that it has ended, and it ends with its owner."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from terraform_harness.emulator import Emulator, EmulatorError

ACCOUNT = "111111111111"


@pytest.mark.feature("H3")
def test_taken_port_is_named_with_a_fix() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(EmulatorError, match=f"port {port} of 127.0.0.1 is taken .* Fix: "):
            Emulator(account_id=ACCOUNT, port=port).start()


@pytest.mark.feature("H3")
def test_port_is_reserved_before_the_emulator_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    ordinary, in_use = subprocess.Popen, []

    def start(command: list[str], **settings: object) -> object:
        with socket.socket() as other, pytest.raises(OSError, match="in use") as error:
            other.bind(("127.0.0.1", int(command[3])))
        in_use.append(error.value)
        return ordinary(command, **settings)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", start)
    with Emulator(account_id=ACCOUNT) as aws:
        assert aws.client("sts").get_caller_identity()["Account"] == ACCOUNT
    assert len(in_use) == 1


@pytest.mark.feature("H3")
def test_emulator_reports_its_account_and_ends() -> None:
    with Emulator(account_id=ACCOUNT) as aws:
        assert aws.client("sts").get_caller_identity()["Account"] == ACCOUNT
        pid = aws.pid
    assert pid is not None
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.feature("H3")
def test_next_requests_get_the_answers_that_a_test_gives() -> None:
    with Emulator(account_id=ACCOUNT) as aws:
        ecs, cluster = aws.client("ecs"), {"clusterName": "given", "status": "ACTIVE"}
        throttled = {"code": "ThrottlingException", "message": "Rate exceeded"}
        aws.answer("ecs:DescribeClusters", throttled, {"result": {"clusters": [cluster], "failures": []}})
        with pytest.raises(ClientError, match=r"ThrottlingException.*Rate exceeded"):
            ecs.describe_clusters()
        assert ecs.list_clusters()["clusterArns"] == []
        assert ecs.describe_clusters()["clusters"] == [cluster]
        assert ecs.describe_clusters()["clusters"] == []
    with pytest.raises(ValueError, match="remove validate=False"):
        Emulator(account_id=ACCOUNT, validate=False).answer("ecs:DescribeClusters", throttled)


@pytest.mark.feature("H3")
def test_ended_emulator_is_reported() -> None:
    with Emulator(account_id=ACCOUNT) as aws:
        assert aws.pid
        os.kill(aws.pid, signal.SIGKILL)
        os.waitid(os.P_PID, aws.pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(EmulatorError, match="ended with code -9; its resources are gone"):
            aws.check()


@pytest.mark.feature("H3")
def test_reset_deletes_every_resource() -> None:
    with Emulator(account_id=ACCOUNT, region="us-east-1") as aws:  # where a bucket has no location constraint
        aws.make_state_bucket("state")
        aws.reset()
        assert aws.client("s3").list_buckets()["Buckets"] == []


def _vpcs(aws: Emulator) -> int:
    """Create VPCs until the emulator rejects one; returns how many there are, the default VPC included (at most 7)."""
    ec2 = aws.client("ec2")
    with contextlib.suppress(ClientError):
        for _ in range(6):
            ec2.create_vpc(CidrBlock="10.0.0.0/16")
    return len(ec2.describe_vpcs()["Vpcs"])


@pytest.mark.feature("H8")
@pytest.mark.parametrize(("given", "count"), [({}, 5), ({"quotas": {"vpcs": 6}}, 6), ({"validate": False}, 7)])
def test_emulator_keeps_the_quotas_of_its_account(given: dict[str, Any], count: int) -> None:
    with Emulator(account_id=ACCOUNT, **given) as aws:
        assert _vpcs(aws) == count
        assert sum(aws.validation.rejected.values()) == (count < 7)


@pytest.mark.feature("H3")
def test_emulator_that_was_not_started_names_the_fix() -> None:
    with pytest.raises(EmulatorError, match="not started. Fix: "):
        Emulator(account_id=ACCOUNT).check()


@pytest.mark.feature("H3")
def test_emulator_ends_when_its_owner_is_killed(tmp_path: Path) -> None:
    code = "from terraform_harness.emulator import Emulator\nimport time\n"
    code += f"e = Emulator(account_id='{ACCOUNT}')\ne.start()\n"
    code += "print(e.pid, flush=True)\ntime.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout
        emulator = Path("/proc") / owner.stdout.readline().strip()
        owner.kill()
    deadline = time.monotonic() + 60
    while emulator.exists():
        assert time.monotonic() < deadline, "the emulator is still running"
        time.sleep(0.1)
