"""Compares exported modules with the released ones, and writes them as a release."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from environments.atomic_file import write as write_file
from modules.export import changelog, interface
from modules.export.readme import INTERFACE
from modules.export.release_notes import log, module_entry, summary_entry
from modules.export.versions import Release, ReleaseError, Version
from modules.export.write import check_folder, write

MOVED, INDEX = "moved.tf", "README.md"
IGNORED = shutil.ignore_patterns(".*", changelog.FILE)
_BLOCK = re.compile(r"^moved \{\n.*?^\}\n?", re.MULTILINE | re.DOTALL)


def stage(modules: Path, to: Path, *, into: Path) -> None:
    """Copy the exported modules, with the ``moved`` blocks of all earlier versions.

    Raises:
        ReleaseError: ``modules`` has no module.
    """
    folders = [folder for folder in _folders(modules) if (folder / INTERFACE).is_file()]
    if not folders:
        raise ReleaseError(f"{modules}: no exported modules. Fix: make modules")
    if (modules / INDEX).is_file():
        shutil.copy(modules / INDEX, into)
    for folder in folders:
        shutil.copytree(folder, into / folder.name, ignore=IGNORED)
        released, fresh = (_moved(path / MOVED) for path in (to / folder.name, folder))
        blocks = [*fresh, *(block for block in released if block not in fresh)]
        if blocks:
            (into / folder.name / MOVED).write_text("\n".join(blocks))


def compare(staged: Path, to: Path, *, version: Version, date: str) -> Release:
    """The release ``version`` of the modules in ``staged``, compared with those in ``to``.

    Raises:
        ReleaseError: the version of a released module cannot be read.
        InterfaceError: a module cannot be read.
    """
    fresh = {folder.name: folder for folder in _folders(staged)}
    released = {folder.name: folder for folder in _folders(to) if (folder / INTERFACE).is_file()}
    return Release(
        version=version,
        date=date,
        last=max((_version(folder) for folder in released.values()), default=None),
        changes={
            name: interface.changes(interface.read(released[name]), interface.read(fresh[name]))
            for name in sorted(fresh.keys() & released.keys())
        },
        new=tuple(sorted(fresh.keys() - released.keys())),
        removed=tuple(sorted(released.keys() - fresh.keys())),
    )


def write_release(release: Release, staged: Path, to: Path) -> None:
    """Write each module with its version and change log, remove modules that no longer exist, and write the index.

    Raises:
        ForeignFiles: a folder has files that no export wrote; nothing is written then.
    """
    for name in (*(folder.name for folder in _folders(staged)), *release.removed):
        check_folder(to / name)
    for folder in _folders(staged):
        files = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
        tagged = {**json.loads(files[INTERFACE]), "version": str(release.version)}
        files[INTERFACE] = json.dumps(tagged, indent=2, sort_keys=True) + "\n"
        entry = module_entry(release, folder.name)
        files[changelog.FILE] = log(folder.name, entry, to / folder.name / changelog.FILE)
        write(to / folder.name, files)
    for name in release.removed:
        shutil.rmtree(to / name)
    if (staged / INDEX).is_file():
        write_file(to / INDEX, (staged / INDEX).read_text())
    write_file(to / changelog.FILE, log("the modules", summary_entry(release), to / changelog.FILE))


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _moved(file: Path) -> list[str]:
    return [match[0] for match in _BLOCK.finditer(file.read_text())] if file.is_file() else []


def _version(folder: Path) -> Version:
    file = folder / INTERFACE
    try:
        return Version.parse(json.loads(file.read_text())["version"])
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ReleaseError(
            f"{file}: not the version of a release: {problem!r}. Fix: restore the released file"
        ) from None
