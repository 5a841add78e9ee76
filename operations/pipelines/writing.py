"""Writes generated files into a repository; files that it did not write are left alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from environments.atomic_file import write
from environments.errors import printable
from operations.errors import OperationError, PreconditionError
from operations.pipelines.text import MARK


def require_own(files: Mapping[str, str], folder: Path) -> None:
    """Raise PreconditionError when a file of the same name exists that was not generated."""
    if folder.exists() and not folder.is_dir():
        raise PreconditionError(f"{folder} is not a folder. Fix: name the folder of the repository")
    foreign = [
        name for name in files if _text(folder / name) is not None and not (_text(folder / name) or "").startswith(MARK)
    ]
    if foreign:
        raise PreconditionError(
            f"{folder} has files that this command did not write: {', '.join(sorted(foreign))}; nothing was written. "
            "Fix: rename or remove them, or name another folder"
        )


def differences(files: Mapping[str, str], folder: Path) -> list[str]:
    """A line for each file that is missing or out of date."""
    found = {name: _text(folder / name) for name in files}
    return [
        f"{name}: {'missing' if found[name] is None else 'out of date'}"
        for name in sorted(files)
        if found[name] != files[name]
    ]


def write_all(files: Mapping[str, str], folder: Path) -> list[str]:
    """Write the files that differ; returns their names."""
    require_own(files, folder)
    changed = [line.partition(":")[0] for line in differences(files, folder)]
    try:
        for name in changed:
            write(folder / name, files[name])
    except OSError as error:
        raise OperationError(
            f"{printable(str(folder))}: cannot write {name}: {error.strerror}. Fix: name a folder "
            "in which you can write, then run the command again"
        ) from None
    return changed


def _text(file: Path) -> str | None:
    """The text of a file; empty for what is no text, None when there is no file."""
    if file.is_symlink() or file.is_dir():
        return ""
    try:
        return file.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError):
        return ""
