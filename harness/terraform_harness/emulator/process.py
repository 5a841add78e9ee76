"""The process of the emulator: moto's server, which listens on a port of loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

WITHOUT_PATCHES = "TERRAFORM_HARNESS_WITHOUT_PATCHES"
QUOTAS = "TERRAFORM_HARNESS_QUOTAS"
IAM = "TERRAFORM_HARNESS_IAM"
PACKAGE_FOLDER = Path(__file__).resolve().parents[2]
START_SECONDS = 180.0
BACKLOG = 128
STOP_SECONDS = 5.0


class EmulatorError(RuntimeError):
    """The emulator did not start or has ended; the message gives the reason and the fix."""


class ServerProcess:
    """Starts and stops the process; its output goes to a temporary file.

    Args:
        port: A port of 127.0.0.1; 0 takes a free port.
        settings: Environment variables of the emulator, in addition to those of this process without ``AWS_*``.
    """

    def __init__(self, *, port: int, settings: Mapping[str, str]) -> None:
        self._port, self._settings = port, settings
        self._process: subprocess.Popen[bytes] | None = None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 closed with this object

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int | None:
        """The process id; None while the process is not running."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process and wait until it responds.

        Raises:
            EmulatorError: The port is taken, or the process ends at once.
        """
        with _listener(self._port) as listener:
            self._port, descriptor = listener.getsockname()[1], listener.fileno()
            arguments = map(str, (self._port, descriptor, os.getpid()))
            self._process = subprocess.Popen(
                [sys.executable, "-m", "terraform_harness.emulator.serve", *arguments],
                env=self._environment(),
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,
                pass_fds=[descriptor],
            )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._responds():
            self.check()
            if time.monotonic() > deadline:
                self.stop()
                raise EmulatorError(f"emulator: no response on {self.url} after {START_SECONDS:.0f} s\n{self.log()}")
            time.sleep(0.1)

    def check(self) -> None:
        """Check that the emulator runs.

        Raises:
            EmulatorError: The process has ended; the message holds the end of its log.
        """
        if self._process is None:
            raise EmulatorError("emulator: not started. Fix: use it as a context manager, or call start()")
        code = self._process.poll()
        if code is not None:
            raise EmulatorError(
                f"emulator: its process {self._process.pid} ended with code {code}; its resources are gone, and so are "
                f"the Terraform states in its buckets. Fix: start again with an empty emulator.\n{self.log()}"
            )

    def stop(self) -> None:
        """Terminate the process; does nothing when it has ended."""
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
        """Return the last ``lines`` lines of the emulator's output."""
        self._log.seek(0)
        return "\n".join(self._log.read().decode(errors="replace").splitlines()[-lines:])

    def _responds(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/moto-api/", timeout=2).close()  # noqa: S310
        except (urllib.error.URLError, OSError):
            return False
        return True

    def _environment(self) -> Mapping[str, str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        path = os.pathsep.join(filter(None, [str(PACKAGE_FOLDER), inherited.get("PYTHONPATH", "")]))
        return {**inherited, "PYTHONPATH": path, **self._settings}


def _listener(port: int) -> socket.socket:
    """Return a socket that listens on ``port`` of loopback (0: a free port), for the emulator's process to inherit.

    The port is bound here because another process could take a free port before the emulator has started.
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
            f"Fix: stop the process that listens there, or pass port=0 for a free port"
        ) from None
    return listener
