"""The DAG folder ``$ROOT/current``: a link to one version, replaced atomically, so readers see no mixture of two."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# Versions that stay on disk: a process may still read files of the previous version.
KEPT_VERSIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DagFolders:
    """One folder for each kept version.

    Args:
        root: folder of the link ``current``.
        store: folder of the versions, below ``root``.
    """

    root: Path
    store: Path

    @property
    def current(self) -> str | None:
        """The version that ``current`` points to; None before the first."""
        link = self.root / "current"
        return link.readlink().name if link.is_symlink() else None

    def switch(self, version: str, fill: Callable[[Path], object]) -> None:
        """Write ``version`` with ``fill`` into a new folder, then point ``current`` to it."""
        target = self.store / version
        partial = target.with_name(f"{version}.partial")
        for leftover in (partial, target):
            shutil.rmtree(leftover, ignore_errors=True)
        partial.mkdir(parents=True)
        fill(partial)
        partial.rename(target)
        fresh = self.root / "current.new"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(target.relative_to(self.root))
        fresh.replace(self.root / "current")
        self._remove_old_versions()

    def _remove_old_versions(self) -> None:
        folders = sorted(self.store.iterdir(), key=lambda folder: folder.stat().st_ctime, reverse=True)
        for folder in folders[KEPT_VERSIONS:]:
            shutil.rmtree(folder, ignore_errors=True)
