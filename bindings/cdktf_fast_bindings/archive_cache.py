"""Lean archives on disk: made once per version and set of submodules, checked at every use."""

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
from cdktf_fast_bindings.distribution import ASSEMBLY, PACKAGE, Distribution, jsii_names

Say = Callable[[str], None]
FORMAT = 1
CACHE_VARIABLE = "AIRFLOW_FARGATE_CACHE"
_SUFFIX = ".jsii.tgz"
_KEPT_SECONDS = 30 * 24 * 3600
_PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeanArchive:
    """``path`` of the archive and the submodules in it, jsii's full name to Python's (jsii's "submodule map")."""

    path: Path
    modules: dict[str, str]


def cache_folder() -> Path:
    """``$AIRFLOW_FARGATE_CACHE``, else ``.build/`` of this checkout, else the user's cache folder (XDG)."""
    if named := os.environ.get(CACHE_VARIABLE):
        return Path(named) / "bindings"
    if (_PROJECT / "pyproject.toml").is_file() and os.access(_PROJECT, os.W_OK):
        return _PROJECT / ".build" / "bindings"
    user = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(user) / "airflow-fargate" / "bindings"


def lean_archive(distribution: Distribution, submodules: frozenset[str], *, say: Say) -> LeanArchive:
    """The archive that holds these submodules (Python names; unknown ones are left to Python's own error).

    Taken from the cache, or made (4 s) while other processes that want it wait. A damaged one is made again.
    Raises ``UnsuitableArchive`` or ``OSError``.
    """
    folder = cache_folder()
    entry = folder / f"{_key(distribution, submodules)}.json"
    if found := _read(entry, say):
        return found
    folder.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(folder):
        return _read(entry, say) or _make(distribution, submodules, entry, say)


def _key(distribution: Distribution, submodules: frozenset[str]) -> str:
    parts = [FORMAT, distribution.version, installed_version("jsii"), sorted(submodules)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _read(entry: Path, say: Say) -> LeanArchive | None:
    """The cached archive if it is there and whole: its name is its digest."""
    if not entry.exists():
        return None
    try:
        content = json.loads(entry.read_bytes())
        path = entry.parent / content["archive"]
        if _name(path.read_bytes()) == path.name:
            return LeanArchive(path=path, modules=content["modules"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    say(f"{entry} is damaged and is made again")
    return None


def _make(distribution: Distribution, submodules: frozenset[str], entry: Path, say: Say) -> LeanArchive:
    say(f"copying {len(submodules)} resource types out of {distribution.archive.name} (4 s, once per set of types)")
    names = jsii_names(distribution)
    used = {name: names[name] for name in sorted(submodules) if name in names}
    packed = prune(distribution.archive, keep=frozenset(used.values()))
    modules = {f"{ASSEMBLY}.{jsii}": f"{PACKAGE}.{python}" for python, jsii in used.items()}
    path = entry.parent / _name(packed)
    _forget_old(entry.parent)
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


def _forget_old(folder: Path) -> None:
    oldest = time.time() - _KEPT_SECONDS
    for path in folder.iterdir():
        if path.suffix in {".json", ".tgz"} and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Wait until no other process makes an archive; where there are no file locks, the last one to finish wins."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
