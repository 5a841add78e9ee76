"""The embedded emulator of AWS: moto's server in a child process on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
from botocore.config import Config

LEFT_OPEN = "AIRFLOW_FARGATE_EMULATOR_OPEN_GAPS"
ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180.0
BACKLOG = 128
STOP_SECONDS = 5.0


class EmulatorError(RuntimeError):
    """The emulator could not be started or has died; the message says why and what to do."""


class Emulator:
    """One account of AWS, empty at the start, gone at the end.

    ``with Emulator(account_id="111111111111") as aws:`` starts it on a free port of 127.0.0.1 (or on ``port``) and
    ends it by process id. It also ends by itself when its owner is killed.
    """

    def __init__(
        self, *, account_id: str, region: str = "eu-central-1", port: int = 0, open_gaps: Sequence[str] = ()
    ) -> None:
        self.account_id = account_id
        self.region = region
        self._port = port
        self._open_gaps = tuple(open_gaps)
        self._process: subprocess.Popen[bytes] | None = None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this object

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def environment(self) -> dict[str, str]:
        """What terraform, boto3 and cdktf need in their environment to see this emulator as AWS.

        ``AWS_MAX_ATTEMPTS`` is small because an emulator has no throttling to wait for.
        """
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "emulator",
            "AWS_SECRET_ACCESS_KEY": "emulator",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "3",
            "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "regional",
        }

    def start(self) -> None:
        """Start and wait until it answers.

        Raises EmulatorError when the port is taken or the process ends at once.
        """
        with _listener(self._port) as listener:
            self._port, door = listener.getsockname()[1], listener.fileno()
            command = [
                sys.executable,
                "-m",
                "terraform_harness.emulator.serve",
                str(self._port),
                str(door),
                str(os.getpid()),
            ]
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._child_environment(),
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,
                pass_fds=[door],
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            self.check()
            if time.monotonic() > deadline:
                self.stop()
                raise EmulatorError(f"emulator: no answer on {self.url} after {START_SECONDS:.0f} s\n{self.log()}")
            time.sleep(0.1)

    def check(self) -> None:
        """Raises EmulatorError, with the emulator's last words, when its process has ended."""
        if self._process is None:
            raise EmulatorError("emulator: not started. Fix: use it as a context manager, or call start()")
        code = self._process.poll()
        if code is not None:
            raise EmulatorError(
                f"emulator: its process {self._process.pid} ended with code {code}; what was in it is gone, and so is "
                f"the state kept there. Fix: start again with an empty emulator.\n{self.log()}"
            )

    def stop(self) -> None:
        """End the process by its id; does nothing when it has ended."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def log(self, *, lines: int = 20) -> str:
        """The emulator's last words."""
        self._log.seek(0)
        return "\n".join(self._log.read().decode(errors="replace").splitlines()[-lines:])

    def client(self, service: str) -> Any:
        """A boto3 client of this emulator, without retries that would hide a gap."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=self.region,
            aws_access_key_id="emulator",
            aws_secret_access_key="emulator",  # noqa: S106 - the emulator checks no credentials
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    def make_state_bucket(self, name: str) -> str:
        """The bucket that Terraform keeps remote state and its lock file in; returns ``name``."""
        s3 = self.client("s3")
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": self.region})
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    def reset(self) -> None:
        """Forget everything, so that another test can use the same process."""
        urllib.request.urlopen(f"{self.url}/moto-api/reset", data=b"", timeout=START_SECONDS).close()  # noqa: S310

    def _child_environment(self) -> Mapping[str, str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        path = os.pathsep.join(filter(None, [str(ROOT), inherited.get("PYTHONPATH", "")]))
        own = {"MOTO_ACCOUNT_ID": self.account_id, "MOTO_ACM_VALIDATION_WAIT": "1", "PYTHONPATH": path}
        return inherited | own | {LEFT_OPEN: ",".join(self._open_gaps)}

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/moto-api/", timeout=2).close()  # noqa: S310
        except (urllib.error.URLError, OSError):
            return False
        return True


def _listener(port: int) -> socket.socket:
    """A socket that listens on ``port`` of loopback (0: a free one), to be passed to the child.

    A port that is only looked up here can be somebody else's before the child has started. Raises EmulatorError when it
    is taken already.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise EmulatorError(
            f"emulator: port {port} of 127.0.0.1 is taken ({error.strerror}). "
            f"Fix: end what listens there, or give port=0 for a free one"
        ) from None
    return listener
