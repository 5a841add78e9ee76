"""Modules into folders: all of a module or nothing of it, and nothing left of an earlier one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from environments.model import Environment
from modules.export.build import Module, Source, build
from modules.export.changelog import FILE, changelog
from modules.export.file_layout import files
from modules.export.readme import INTERFACE, companions
from modules.export.registry import MODULES
from modules.export.stacks import STACKS


class UnknownModule(ValueError):
    """No module has this name; the message lists the names."""


def sources(names: Iterable[str]) -> list[Source]:
    """The modules called ``names``, or all of them.

    Raises ``UnknownModule``.
    """
    known: dict[str, Source] = {source.name: source for source in (*MODULES, *STACKS)}
    wanted = list(names) or list(known)
    for name in wanted:
        if name not in known:
            raise UnknownModule(f"no module is called {name}. Modules: {', '.join(known)}")
    return [known[name] for name in wanted]


def modules(wanted: Iterable[Source], *, structure: Environment) -> Iterable[Module]:
    """Each of them, built; the second stack knows what the first one found out."""
    early: frozenset[str] = frozenset()
    for source in wanted:
        of_a_stack = source in STACKS
        module = build(source, structure=structure, early=early if of_a_stack else frozenset())
        early = module.early if of_a_stack else early
        yield module


def content(module: Module, *, since: Path | None = None) -> dict[str, str]:
    """Every file of the module by its path in the module's folder; ``since`` holds the released modules.

    Raises ``interface.NoInterface`` when the released one cannot be read.
    """
    written = {**files(module), **companions(module)}
    if since is not None:
        released = since / module.name
        written[FILE] = changelog(module.name, released=released, interface_text=written[INTERFACE])
    return written


def write(folder: Path, wanted: Mapping[str, str]) -> None:
    """Put exactly these files into ``folder``: beside it first, then in its place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        for name, text in wanted.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_text(text)
        fresh.chmod(0o755)
        if folder.exists():
            folder.rename(fresh / ".old")
        fresh.rename(folder)
        shutil.rmtree(folder / ".old", ignore_errors=True)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def differences(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Files of ``folder`` that are missing, stale or too many."""
    there = (
        {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} if folder.is_dir() else set()
    )
    stale = {name for name, text in wanted.items() if name in there and (folder / name).read_text() != text}
    ignored = {name for name in there if name.startswith((".terraform", "examples/complete/.terraform"))}
    return sorted((wanted.keys() - there) | stale | (there - wanted.keys() - ignored))
