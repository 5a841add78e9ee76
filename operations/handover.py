"""Writes what a VCS-driven workspace or Atlantis needs into a folder or a branch that can be committed."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from environments.facts.stacks import LAYERS
from operations import bundle
from operations.branch import Branch
from operations.errors import PreconditionError
from operations.stacks import ROOT
from operations.synthesis import Synthesis

MANIFEST = "handover.json"
Files = Mapping[str, bytes]


class Target(Protocol):
    """A folder or a branch."""

    def read(self) -> dict[str, bytes]:
        """All files, by their path."""
        ...

    def write(self, files: Files, *, removed: frozenset[str]) -> None:
        """Write ``files`` and delete ``removed``."""
        ...


class Folder:
    """A folder, usually of another repository: its ``.git`` is left alone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __str__(self) -> str:
        return str(self._path)

    def read(self) -> dict[str, bytes]:
        """All files, by their path; symbolic links are not followed."""
        found = {}
        for file in sorted(self._path.rglob("*")):
            name = file.relative_to(self._path)
            if name.parts[0] != ".git" and (file.is_symlink() or file.is_file()):
                found[name.as_posix()] = b"" if file.is_symlink() else file.read_bytes()
        return found

    def write(self, files: Files, *, removed: frozenset[str]) -> None:
        """Write each file next to its old version, then replace it; the manifest is the last one."""
        for name in sorted(files, key=lambda name: (name == MANIFEST, name)):
            bundle.write(files[name], self._path / name)
        for name in removed:
            (self._path / name).unlink(missing_ok=True)


def target(*, folder: Path, branch: str) -> Folder | Branch:
    """The branch, or the folder when ``branch`` is empty."""
    return Branch(ROOT, branch) if branch else Folder(folder)


def content(made: Synthesis, *, modules: bool, environments: Path) -> dict[str, bytes]:
    """All files of a hand-over, by their path.

    Args:
        made: the environment.
        modules: whether to add the exported modules, with the structure of the environment.
        environments: folder of the environment files.
    """
    name, names = made.environment.name, made.environment.names
    locks: dict[str, str] = {}
    files = {
        f"{names.stack(layer)}/{file}": data
        for layer in LAYERS
        for file, data in bundle.root_files(made.root(layer), locks=locks).items()
    }
    files["README.md"] = _readme(name, [names.stack(layer) for layer in LAYERS], modules=modules).encode()
    files["atlantis.yaml"] = _atlantis([names.stack(layer) for layer in LAYERS]).encode()
    if modules:
        files |= {f"modules/{file}": data for file, data in _modules(name, environments).items()}
    digests = {file: sha256(data).hexdigest() for file, data in sorted(files.items())}
    manifest = {"environment": name, "files": digests}
    return files | {MANIFEST: (json.dumps(manifest, indent=2) + "\n").encode()}


def hand_over(files: Files, into: Target) -> int:
    """Write ``files``, remove those of the last hand-over that are not needed any more; returns how many changed.

    Raises:
        PreconditionError: the target holds files that the last hand-over did not write, or that were changed since.
    """
    existing = into.read()
    _require_own({name: data for name, data in existing.items() if files.get(name) != data}, existing, into)
    changed = {name: data for name, data in files.items() if existing.get(name) != data}
    removed = frozenset(existing.keys() - files.keys())
    if changed or removed:
        into.write({**files}, removed=removed)
    return len(changed) + len(removed)


def differences(files: Files, into: Target) -> list[str]:
    """What is missing, changed or too much in the target, a line for each file."""
    existing = into.read()
    lines = [f"{name}: missing" for name in files if name not in existing]
    lines += [f"{name}: out of date" for name, data in files.items() if existing.get(name, data) != data]
    return sorted(lines + [f"{name}: does not belong here" for name in existing if name not in files])


def _require_own(different: Files, existing: Files, into: Target) -> None:
    """Reject ``different``, the files that would be replaced or removed, unless the last hand-over wrote them."""
    try:
        written = json.loads(existing.get(MANIFEST, b"{}")).get("files", {})
    except (ValueError, AttributeError):
        written = {}
    foreign = [name for name in different if name not in written and (name != MANIFEST or not written)]
    edited = [name for name, hash_ in written.items() if name in different and _digest(different[name]) != hash_]
    for names, what in ((foreign, "holds files that this command did not write"), (edited, "was changed by hand")):
        if names:
            shown = ", ".join(sorted(names)[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
            raise PreconditionError(
                f"{into} {what}: {shown}. Nothing was written. Fix: name an empty folder, or remove these files"
            )


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def _modules(name: str, environments: Path) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "modules.export", "--out", out, "--like", name, "--folder"]
        done = subprocess.run(
            [*command, str(environments.resolve())], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise PreconditionError(done.stderr.strip() or f"modules.export ended with exit code {done.returncode}")
        return Folder(Path(out)).read()


def _atlantis(stacks: list[str]) -> str:
    projects = [
        f"  - name: {stack}\n    dir: {stack}\n    execution_order_group: {order}\n"
        "    autoplan: {enabled: true, when_modified: ['*.tf.json', .terraform.lock.hcl]}\n"
        for order, stack in enumerate(stacks, start=1)
    ]
    return "version: 3\nprojects:\n" + "".join(projects)


def _readme(name: str, stacks: list[str], *, modules: bool) -> str:
    rows = "".join(
        f"| `{stack}/` | a Terraform root: working directory of the workspace `{stack}` |\n" for stack in stacks
    )
    extra = "| `modules/` | the same platform as Terraform modules |\n" if modules else ""
    return (
        f"# Airflow environment {name}\n\n"
        "Generated; do not edit. The source is the environment file of the repository airflow-fargate. There,\n"
        f"`make handover ENV={name}` writes this folder again, and `make handover ENV={name} CHECK=1` tells whether "
        "it is current.\n\n"
        "| path | content |\n|---|---|\n"
        f"{rows}{extra}"
        "| `atlantis.yaml` | projects for Atlantis, in the order of apply |\n"
        f"| `{MANIFEST}` | SHA-256 of every file |\n\n"
        f"Apply the stacks in this order: {', '.join(stacks)}. The lock files name the checksums for "
        f"{bundle.PLATFORM}.\n"
    )
