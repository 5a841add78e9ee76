"""A Git branch as a set of files: read and committed without changing the working tree or the index."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from operations.errors import PreconditionError


class Branch:
    """The local branch ``name`` of the repository that contains ``folder``; it need not exist.

    Args:
        folder: a folder of the repository.
        name: name of the branch.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self.name = folder, name
        if self._git("check-ref-format", "--branch", name, check=False).returncode:
            raise PreconditionError(f"{name!r} is not the name of a branch. Fix: use a name such as handover/dev")
        current = self._git("symbolic-ref", "--quiet", "--short", "HEAD", check=False).stdout.decode().strip()
        if current == name:
            raise PreconditionError(f"the branch {name} is checked out. Fix: name another branch")

    def __str__(self) -> str:
        return f"branch {self.name}"

    def read(self) -> dict[str, bytes]:
        """All files of the branch, by their path; empty when it does not exist."""
        if not self._commit():
            return {}
        names = self._git("ls-tree", "-r", "-z", "--name-only", self._reference).stdout.decode().split("\0")
        return {name: self._git("cat-file", "blob", f"{self._reference}:{name}").stdout for name in names if name}

    def write(self, files: Mapping[str, bytes], *, removed: frozenset[str]) -> None:  # noqa: ARG002  the tree is new
        """Commit exactly ``files`` to the branch."""
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            entries = []
            for name, data in files.items():
                blob = self._git("hash-object", "-w", "--stdin", given=data).stdout.decode().strip()
                entries.append(f"100644 {blob}\t{name}\0")
            self._git("update-index", "-z", "--index-info", given="".join(entries).encode(), environment=index)
            tree = self._git("write-tree", environment=index).stdout.decode().strip()
        parent = self._commit()
        message = ["-m", "Update the generated Terraform configuration"]
        words = ["commit-tree", tree, *(["-p", parent] if parent else []), *message]
        commit = self._git(*words).stdout.decode().strip()
        self._git("update-ref", self._reference, commit, parent or "0" * 40)

    @property
    def _reference(self) -> str:
        return f"refs/heads/{self.name}"

    def _commit(self) -> str:
        done = self._git("rev-parse", "--verify", "--quiet", f"{self._reference}^{{commit}}", check=False)
        return done.stdout.decode().strip()

    def _git(
        self, *words: str, given: bytes = b"", environment: Mapping[str, str] | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            ["git", *words],
            cwd=self._folder,
            input=given,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            check=False,
        )
        if check and done.returncode:
            raise PreconditionError(f"git {words[0]}: {done.stderr.decode(errors='replace').strip()}")
        return done
