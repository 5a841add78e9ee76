"""The sidecar ``git-sync``: keeps ``$GITSYNC_ROOT/current`` on the newest commit of a branch or tag of a repository.

``current`` is a symbolic link that is switched in one step, so readers see one commit or the other, never a mixture.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from airflow_fargate import heartbeat
from airflow_fargate.git_errors import reason
from airflow_fargate.git_ssh import ssh_environment
from airflow_fargate.startup_error import Refusal

GIT_WITHIN = 120
# A reader that opened a file of the last commit may go on reading it for this many switches.
KEEP = 2
# How long the first clone is tried before the task is given up.
WAIT_SECONDS = 120.0
STATSD = ("127.0.0.1", 8125)


class GitError(Exception):
    """What git said, in a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What to follow and where to put it."""

    repository: str
    reference: str
    root: Path
    period: float
    one_time: bool
    wait: float

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Settings:
        """Read it from ``environ``; raises Refusal on what is missing or no number."""
        repository = environ.get("GITSYNC_REPO")
        if not repository:
            raise Refusal("GITSYNC_REPO is missing or empty. Fix: set the address of the DAG repository")
        period = environ.get("GITSYNC_PERIOD") or "30"
        if not period.isdigit() or int(period) < 1:
            raise Refusal(f"GITSYNC_PERIOD: a whole number of seconds of at least 1, got {period!r}")
        return cls(
            repository=repository,
            reference=environ.get("GITSYNC_REF") or "HEAD",
            root=Path(environ.get("GITSYNC_ROOT") or "/opt/airflow/dags"),
            period=float(period),
            one_time=environ.get("GITSYNC_ONE_TIME", "").lower() == "true",
            wait=float(environ.get("AIRFLOW_WAIT_SECONDS") or WAIT_SECONDS),
        )


class Repository:
    """A bare copy below the root, and one folder per commit beside it."""

    def __init__(self, settings: Settings, *, environ: Mapping[str, str]) -> None:
        self._settings = settings
        self._environ = {**os.environ, **environ}
        self._environ.pop("GITSYNC_DEPLOY_KEY", None)
        self._store = settings.root / ".git-sync"
        self._link = settings.root / "current"

    def _git(self, *words: str) -> str:
        command = ["git", "-C", str(self._store), *words]
        try:
            done = subprocess.run(
                command, env=self._environ, capture_output=True, text=True, timeout=GIT_WITHIN, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise GitError(f"no answer within {GIT_WITHIN} s") from error
        if done.returncode:
            raise GitError(reason(done.stderr) or f"exit code {done.returncode}")
        return done.stdout.strip()

    @property
    def commit(self) -> str | None:
        """The commit that ``current`` shows; None before the first."""
        return self._link.readlink().name if self._link.is_symlink() else None

    def follow(self) -> str | None:
        """Fetch; switch if there is something new and return its commit, else None. Raises GitError."""
        self._store.mkdir(parents=True, exist_ok=True)
        self._break_locks()
        if not (self._store / "HEAD").exists():
            self._git("init", "--quiet", "--bare")
        self._git("fetch", "--quiet", "--depth", "1", "--force", self._settings.repository, self._settings.reference)
        commit = self._git("rev-parse", "--verify", "FETCH_HEAD^{commit}")
        if commit == self.commit:
            return None
        self._switch(commit)
        return commit

    def _break_locks(self) -> None:
        """A fetch that was killed leaves locks behind that would stop every later one; nobody else works in here."""
        for lock in self._store.glob("*.lock"):
            lock.unlink(missing_ok=True)

    def committed_at(self, commit: str) -> int:
        """When ``commit`` was made, in seconds since 1970."""
        return int(self._git("show", "--no-patch", "--format=%ct", commit))

    def _switch(self, commit: str) -> None:
        target = self._store / "commits" / commit
        partial = target.with_name(f"{commit}.partial")
        for leftover in (partial, target):
            shutil.rmtree(leftover, ignore_errors=True)
        partial.mkdir(parents=True)
        self._git("--work-tree", str(partial), "checkout", "--force", "--quiet", commit, "--", ".")
        partial.rename(target)
        fresh = self._link.with_name("current.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(target.relative_to(self._link.parent))
        fresh.replace(self._link)
        self._forget_old()

    def _forget_old(self) -> None:
        folders = sorted((self._store / "commits").iterdir(), key=lambda folder: folder.stat().st_ctime, reverse=True)
        for folder in folders[KEEP:]:
            shutil.rmtree(folder, ignore_errors=True)


def _gauge(name: str, value: float) -> None:
    """To the StatsD sidecar of the same Fargate task, if there is one: a datagram asks for no answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(f"airflow.git_sync.{name}:{value}|g".encode(), STATSD)


def report(repository: Repository, *, switched: str | None, failed: bool) -> None:
    """Print a new commit, and send the age of what is shown and whether the remote answers as gauges."""
    commit = repository.commit
    if switched:
        print(f"git-sync: now on {switched}", flush=True)
    if commit and not failed:
        _gauge("commit_timestamp", repository.committed_at(commit))
    _gauge("failing", int(failed))


def run(settings: Settings, *, environ: Mapping[str, str]) -> int:
    """Follow until SIGTERM; or, where asked, until the first commit is there: exit code 1 if it is not in time."""
    repository = Repository(settings, environ=environ)
    deadline = time.monotonic() + settings.wait
    said = ""
    while True:
        try:
            report(repository, switched=repository.follow(), failed=False)
            said = ""
        except GitError as error:
            if str(error) != said:
                said = str(error)
                print(f"git-sync: {settings.repository} {settings.reference}: {said}", file=sys.stderr, flush=True)
            report(repository, switched=None, failed=True)
        heartbeat.touch("git-sync")
        if settings.one_time and (repository.commit or time.monotonic() + settings.period > deadline):
            return 0 if repository.commit else 1
        time.sleep(settings.period)


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def main() -> int:
    """Run with the settings of the environment."""
    signal.signal(signal.SIGTERM, _end)
    try:
        settings = Settings.of(os.environ)
        with tempfile.TemporaryDirectory(prefix="git-sync-") as folder:
            return run(settings, environ=ssh_environment(os.environ, folder=Path(folder)))
    except Refusal as refusal:
        print(f"git-sync: {refusal}", file=sys.stderr, flush=True)
        return refusal.exit_code


if __name__ == "__main__":
    sys.exit(main())
