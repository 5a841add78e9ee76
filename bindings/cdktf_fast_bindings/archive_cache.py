"""Caches lean archives on disk: created once for a version and a set of submodules, verified at every use."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from pathlib import Path

from cdktf_fast_bindings.archive import prune
from cdktf_fast_bindings.distribution import Distribution, jsii_names

Report = Callable[[str], None]
FORMAT = 1
CACHE_VARIABLE = "CDKTF_FAST_BINDINGS_CACHE"
_SUFFIX = ".jsii.tgz"
_KEPT_SECONDS = 30 * 24 * 3600
# JavaScript of one submodule that loads another: cdktn's provider loads its functions.
_LOADED_BY = {"provider": "provider_functions"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeanArchive:
    """An archive in the cache.

    Attributes:
        path: Its file.
        modules: The submodules in it: their full names in jsii, and their modules in Python.
    """

    path: Path
    modules: dict[str, str]


def cache_folder() -> Path:
    """Return ``$CDKTF_FAST_BINDINGS_CACHE``, else ``cdktf-fast-bindings`` in the user's cache folder (XDG)."""
    if configured := os.environ.get(CACHE_VARIABLE):
        return Path(configured)
    user = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(user) / "cdktf-fast-bindings"


def lean_archive(distribution: Distribution, submodules: frozenset[str], *, report: Report) -> LeanArchive:
    """Return the archive with these submodules, from the cache or newly created (4 s).

    Other processes that need the same archive wait. A damaged archive is created again.

    Args:
        distribution: The installed provider package.
        submodules: Python names; unknown names are ignored, Python reports them at the import.
        report: Receives messages for the user.

    Raises:
        UnsuitableArchive: The structure of the installed archive is not the expected one.
        OSError: The cache cannot be written.
    """
    folder = cache_folder()
    entry = folder / f"{_key(distribution, submodules)}.json"
    if found := _read(entry, report):
        return found
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        return _read(entry, report) or _create(distribution, submodules, entry, report)


def _key(distribution: Distribution, submodules: frozenset[str]) -> str:
    parts = [FORMAT, distribution.package, distribution.version, installed_version("jsii"), sorted(submodules)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _read(entry: Path, report: Report) -> LeanArchive | None:
    """Return the cached archive if it is complete: its name is its digest."""
    if not entry.exists():
        return None
    try:
        content = json.loads(entry.read_bytes())
        path = entry.parent / content["archive"]
        if _name(path.read_bytes()) == path.name:
            return LeanArchive(path=path, modules=content["modules"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    report(f"{entry} is damaged; creating it again")
    return None


def _create(distribution: Distribution, submodules: frozenset[str], entry: Path, report: Report) -> LeanArchive:
    report(f"copying {len(submodules)} resource types from {distribution.archive.name} (4 s, once for a set of types)")
    names = jsii_names(distribution)
    loaded = {_LOADED_BY[name] for name in submodules & _LOADED_BY.keys()}
    used = {name: names[name] for name in sorted(submodules | loaded) if name in names}
    packed = prune(distribution.archive, assembly=distribution.assembly, keep=frozenset(used.values()))
    modules = {f"{distribution.assembly}.{jsii}": f"{distribution.package}.{python}" for python, jsii in used.items()}
    path = entry.parent / _name(packed)
    _delete_old(entry.parent)
    _write(path, packed)
    _write(entry, json.dumps({"archive": path.name, "modules": modules}, indent=1).encode())
    return LeanArchive(path=path, modules=modules)


def _name(packed: bytes) -> str:
    return hashlib.sha256(packed).hexdigest()[:32] + _SUFFIX


def _write(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _delete_old(folder: Path) -> None:
    oldest = time.time() - _KEPT_SECONDS
    for path in folder.iterdir():
        if path.suffix in {".json", ".tgz"} and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of the cache; where the system has no file locks, the last process to finish wins."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
