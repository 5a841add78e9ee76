"""Removes files that are not used at run time from a virtual environment: tests, stubs, sources of compiled modules."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

SOURCES = {".c", ".h", ".cpp", ".pyx", ".pxd", ".pyi", ".pyc", ".a", ".map"}
# "testing" folders stay: numpy, sqlalchemy and others import theirs.
TEST_FOLDERS = {"tests", "test"}


def prune(*, root: Path) -> int:
    """Remove the files below ``root`` and return their size in bytes."""
    saved = 0
    for folder in [path for path in root.rglob("*") if path.name in TEST_FOLDERS and path.is_dir()]:
        if folder.exists() and not _is_distribution(folder):
            saved += sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file())
            shutil.rmtree(folder)
    for file in [path for path in root.rglob("*") if path.suffix in SOURCES and path.is_file()]:
        saved += file.lstat().st_size
        file.unlink()
    return saved


def _is_distribution(folder: Path) -> bool:
    return folder.parent.name == "site-packages"


if __name__ == "__main__":
    print(f"pruned {prune(root=Path(sys.argv[1])) / 1e6:.0f} MB")
