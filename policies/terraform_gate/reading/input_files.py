"""Finds the files below folders and reads them; reports each that Terraform would read and the gate cannot."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from terraform_gate.reading.hcl_file import read_hcl
from terraform_gate.reading.json_file import UnreadableError, read_json, why_not_opened
from terraform_gate.reading.plan_file import check_plan, is_plan
from terraform_gate.reading.problem import Problem
from terraform_gate.reading.terraform_root import BLOCK_TYPES

_IGNORED = frozenset({".terraform", ".git", "node_modules"})
_OTHER_HCL = (
    "Terraform does not read *.hcl files, but tools such as Terragrunt do. Fix: give a plan that was made with "
    "`terraform show -json PLANFILE`"
)
_EMPTY = "no Terraform files (*.tf, *.tf.json) and no plan in this folder"
_OTHER = "only OpenTofu reads this file. Fix: give a plan that OpenTofu made"


def files_of(paths: Sequence[Path], unread: dict[Path, str], problems: list[Problem]) -> Iterator[Path]:
    """Yield the files to read.

    Args:
        paths: Files, or folders that are searched with their subfolders.
        unread: Gets the files that Terraform or OpenTofu reads and the gate cannot, each with the reason.
        problems: Gets what cannot be opened.
    """
    for path in paths:
        if _is_folder(path):
            yield from _in_folder(path, unread, problems)
        elif reason := _why_unread(path):
            unread[path] = reason
        else:
            yield path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long; reading the file reports it
        return False


def _in_folder(folder: Path, unread: dict[Path, str], problems: list[Problem]) -> Iterator[Path]:
    seen = len(problems)
    found = 0
    for file in _walk(folder, problems):
        if not file.is_file():
            problems += _special_file(file)
        elif reason := _why_unread(file):
            unread[file] = reason
        elif file.name.endswith((".tf", ".tf.json")) or (file.suffix == ".json" and is_plan(_quietly(file))):
            found += 1
            yield file
    if not found and len(problems) == seen:
        problems.append(Problem(str(folder), f"{_EMPTY}. Fix: name a folder that has some"))


def _walk(folder: Path, problems: list[Problem]) -> list[Path]:
    """List the files below a folder, also through links to other folders; one that cannot be read is a problem."""
    top, seen = os.path.realpath(folder), set[str]()

    def report(error: OSError) -> None:
        problems.append(Problem(str(error.filename), why_not_opened(Path(error.filename), error)))

    def is_new(path: Path) -> bool:
        target = os.path.realpath(path)
        if not path.is_symlink():
            return True
        if f"{target}/".startswith(f"{top}/") or target in seen:
            return False
        seen.add(target)
        return True

    files = []
    for parent, folders, names in os.walk(folder, onerror=report, followlinks=True):
        folders[:] = [name for name in folders if name not in _IGNORED and is_new(Path(parent, name))]
        files += [Path(parent) / name for name in names]
    return sorted(files)


def _special_file(file: Path) -> Iterator[Problem]:
    """Report a dangling link, a FIFO, a socket or a device with the name of a file that Terraform reads."""
    if file.name.endswith((".tf.json", ".tf", ".tofu", ".tofu.json")):
        dangling = "No such file or directory. Fix: remove the link, or repair its target"
        yield Problem(str(file), "not a regular file" if file.exists() else dangling)


def _why_unread(file: Path) -> str:
    """Return why the gate cannot read a file that Terraform reads; empty for every other file."""
    if file.suffix == ".hcl" and not file.name.endswith((".terraform.lock.hcl", ".tftest.hcl")):
        return _OTHER_HCL
    return _OTHER if file.name.endswith((".tofu", ".tofu.json")) else ""


def document_of(file: Path, lines: dict[Path, Mapping[str, int]], problems: list[Problem]) -> Mapping[str, Any] | None:
    """Read a file as the data of Terraform JSON or of a plan.

    Args:
        file: The file.
        lines: Gets the line of each block of a file in HCL.
        problems: Gets why the file cannot be read; the result is None then.
    """
    try:
        if file.suffix == ".tf":
            document, lines[file] = read_hcl(file)
            return document
        document = read_json(file)
        if is_plan(document):
            return check_plan(document, file=file)
        if isinstance(document, dict) and set(document) & BLOCK_TYPES:
            return document
        raise UnreadableError(file, f"neither Terraform JSON ({', '.join(sorted(BLOCK_TYPES))}) nor a plan")
    except UnreadableError as error:
        problems.append(Problem(str(error.file), error.reason))
        return None


def _quietly(file: Path) -> Any:
    try:
        return read_json(file)
    except UnreadableError:
        return None
