"""The sidecar ``git-sync``: keeps ``$GITSYNC_ROOT/current`` on the newest commit of a branch or tag.

``current`` is a symbolic link that is replaced atomically, so readers never see a mixture of two commits.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from airflow_fargate.dag_folders import DagFolders
from airflow_fargate.following import Following, end_at_sigterm
from airflow_fargate.git_errors import reason
from airflow_fargate.git_ssh import ssh_environment
from airflow_fargate.startup_error import StartupError

GIT_SECONDS = 120
STATSD = ("127.0.0.1", 8125)


class GitError(Exception):
    """Raised when git fails. The message is git's error in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of git-sync.

    Args:
        repository: address of the repository.
        reference: branch or tag to follow.
        following: the DAG folder, and how often to fetch.
    """

    repository: str
    reference: str
    following: Following

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings from ``environ``; raises StartupError for a missing or malformed variable."""
        repository = environ.get("GITSYNC_REPO")
        if not repository:
            raise StartupError("GITSYNC_REPO is missing or empty. Fix: set the address of the DAG repository")
        return cls(
            repository=repository,
            reference=environ.get("GITSYNC_REF") or "HEAD",
            following=Following.of(environ, prefix="GITSYNC", period="30"),
        )


class Repository:
    """A bare copy of the repository below ``$GITSYNC_ROOT/.git-sync``, and one folder for each kept commit."""

    def __init__(self, settings: Settings, *, environ: Mapping[str, str]) -> None:
        self._settings = settings
        self._environ = {**os.environ, **environ}
        self._environ.pop("GITSYNC_DEPLOY_KEY", None)
        root = settings.following.root
        self._store = root / ".git-sync"
        self._folders = DagFolders(root=root, store=self._store / "commits")

    def _git(self, *words: str) -> str:
        command = ["git", "-C", str(self._store), *words]
        try:
            done = subprocess.run(
                command, env=self._environ, capture_output=True, text=True, timeout=GIT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise GitError(f"no answer within {GIT_SECONDS} s") from error
        if done.returncode:
            raise GitError(reason(done.stderr) or f"exit code {done.returncode}")
        return done.stdout.strip()

    @property
    def commit(self) -> str | None:
        """The commit that ``current`` points to; None before the first."""
        return self._folders.current

    def follow(self) -> str | None:
        """Fetch and switch ``current`` to a new commit.

        Returns:
            The new commit, or None where nothing changed.

        Raises:
            GitError: git failed.
        """
        self._store.mkdir(parents=True, exist_ok=True)
        self._break_locks()
        if not (self._store / "HEAD").exists():
            self._git("init", "--quiet", "--bare")
        self._git("fetch", "--quiet", "--depth", "1", "--force", self._settings.repository, self._settings.reference)
        commit = self._git("rev-parse", "--verify", "FETCH_HEAD^{commit}")
        if commit == self.commit:
            return None
        self._folders.switch(commit, lambda folder: self._checkout(commit, folder))
        return commit

    def _break_locks(self) -> None:
        """Remove the locks of a killed fetch, which would fail every later fetch. No other process uses the folder."""
        for lock in self._store.glob("*.lock"):
            lock.unlink(missing_ok=True)

    def committed_at(self, commit: str) -> int:
        """The commit time of ``commit``, in seconds since 1970."""
        return int(self._git("show", "--no-patch", "--format=%ct", commit))

    def _checkout(self, commit: str, folder: Path) -> None:
        self._git("--work-tree", str(folder), "checkout", "--force", "--quiet", commit, "--", ".")


def _gauge(name: str, value: float) -> None:
    """Send a gauge to the StatsD sidecar of the same Fargate task; without a sidecar the datagram is lost."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(f"airflow.git_sync.{name}:{value}|g".encode(), STATSD)


def report(repository: Repository, *, switched: str | None, failed: bool) -> None:
    """Print a new commit; send the current commit's time and whether the last fetch failed as gauges."""
    commit = repository.commit
    if switched:
        print(f"git-sync: now on {switched}", flush=True)
    if commit and not failed:
        _gauge("commit_timestamp", repository.committed_at(commit))
    _gauge("failing", int(failed))


def run(settings: Settings, *, environ: Mapping[str, str]) -> int:
    """Follow the reference until SIGTERM, or with ``one_time`` until the first commit.

    Returns:
        0, or 1 where ``one_time`` ended without a commit.
    """
    repository = Repository(settings, environ=environ)

    def update() -> None:
        try:
            report(repository, switched=repository.follow(), failed=False)
        except GitError:
            report(repository, switched=None, failed=True)
            raise

    return settings.following.run(
        "git-sync",
        update=update,
        version=lambda: repository.commit,
        errors=(GitError,),
        message=lambda text: f"{settings.repository} {settings.reference}: {text}",
    )


def main() -> int:
    """Run git-sync with the settings of the environment."""
    end_at_sigterm()
    try:
        settings = Settings.of(os.environ)
        with tempfile.TemporaryDirectory(prefix="git-sync-") as folder:
            return run(settings, environ=ssh_environment(os.environ, folder=Path(folder)))
    except StartupError as error:
        print(f"git-sync: {error}", file=sys.stderr, flush=True)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
