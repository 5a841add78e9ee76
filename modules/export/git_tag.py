"""Commits and tags released modules in their own git repository."""

from __future__ import annotations

import subprocess
from pathlib import Path


class GitError(RuntimeError):
    """git cannot commit or tag; the message says why."""


def check(folder: Path, tag: str) -> None:
    """Check that ``folder`` is in a git work tree without the tag ``tag`` and without changes by other people.

    Raises:
        GitError: it is not, the tag exists, or a file in the folder is not committed.
    """
    if not folder.is_dir():
        raise GitError(f"{folder}: no such folder. Fix: git init {folder}, or leave out --tag")
    _git(folder, "rev-parse", "--show-toplevel")
    if _git(folder, "tag", "--list", tag).strip():
        raise GitError(f"{folder}: the tag {tag} exists. Fix: release a later version")
    changed = _git(folder, "status", "--porcelain", "--", ".").splitlines()
    if changed:
        raise GitError(
            f"{folder}: {changed[0][3:]} is not committed, and would become part of the release. "
            "Fix: commit or remove it"
        )


def commit_and_tag(folder: Path, tag: str) -> None:
    """Commit every change in ``folder``, and no other, and add the annotated tag ``tag``."""
    _git(folder, "add", "--all", "--", ".")
    _git(folder, "commit", "--quiet", "--message", f"Release {tag}", "--", ".")
    _git(folder, "tag", "--annotate", tag, "--message", f"Release {tag}")


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise GitError("git is not installed. Fix: install git, or leave out --tag") from None
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise GitError(f"git {arguments[0]} in {folder}: {said[-1] if said else 'failed'}. Fix: git init, git config")
    return done.stdout
