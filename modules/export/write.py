"""Writes modules into folders. A folder is replaced as a whole: no file of an earlier version stays."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from environments.errors import printable
from environments.model import Environment
from modules.export.build import Module, Source, build
from modules.export.changelog import FILE, changelog
from modules.export.file_layout import files
from modules.export.readme import INTERFACE, companions
from modules.export.registry import MODULES
from modules.export.stacks import STACKS
from modules.export.terraform_tests import test_files

KEPT = frozenset({"moved.tf"})
# Endings of the files of a module; a state or a file with values is not one of them.
OURS = frozenset({".tf", ".md", ".hcl", ".json", ""})


class ForeignFiles(ValueError):
    """A folder has files that no export wrote, and that a new one would delete."""


class UnknownModule(ValueError):
    """A requested module does not exist; the message lists the names."""


class UnsupportedEnvironment(ValueError):
    """No module can have the structure of an environment; the message names the key."""


def sources(names: Iterable[str]) -> list[Source]:
    """The modules called ``names``, or all modules without a name.

    Raises:
        UnknownModule: a name is not in the registry.
    """
    known: dict[str, Source] = {source.name: source for source in (*MODULES, *STACKS)}
    wanted = list(names) or list(known)
    for name in wanted:
        if name not in known:
            raise UnknownModule(f"unknown module {name}. Fix: use one of {', '.join(known)}")
    return [known[name] for name in wanted]


def modules(wanted: Iterable[Source], *, structure: Environment) -> Iterator[Module]:
    """The modules of ``wanted``, built one after the other.

    Raises:
        UnsupportedEnvironment: the environment has teams, but the worker groups of a module are all made alike.
    """
    if structure.teams:
        raise UnsupportedEnvironment(
            f"{structure.name}: teams: modules have no teams, because a module gives all its worker groups the same "
            f"configuration. Fix: use another environment (--like), or hand over the stacks: "
            f"make handover ENV={structure.name}"
        )
    return (build(source, structure=structure) for source in wanted)


def content(module: Module, *, since: Path | None = None) -> dict[str, str]:
    """Every file of the module by its path in the module's folder.

    Args:
        module: the module.
        since: folder of the released modules; adds the change log.

    Raises:
        InterfaceError: the released module cannot be read.
    """
    written = {**files(module), **companions(module), **test_files(module)}
    if since is not None:
        code = {name: text for name, text in written.items() if name.endswith(".tf") and "/" not in name}
        written[FILE] = changelog(module.name, released=since / module.name, files=code)
    return written


def check_folder(folder: Path) -> None:
    """Check that ``folder`` is missing, empty, or a module.

    Raises:
        ForeignFiles: it has files that no export wrote, such as a state.
    """
    present = _names(folder)
    wanted = OURS if INTERFACE in present else frozenset()
    foreign = sorted(name for name in present if Path(name).suffix not in wanted and ".terraform/" not in name)
    if foreign:
        raise ForeignFiles(
            f"{printable(str(folder))}: the export would delete {printable(foreign[0])}, which it did not write. "
            "Nothing was written. Fix: move the file, or name another folder"
        )


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Replace ``folder`` with exactly these files: written to a temporary folder first, then renamed.

    Files in ``KEPT`` stay: the author of a version adds them by hand.

    Raises:
        ForeignFiles: the folder has files that no export wrote.
    """
    check_folder(folder)
    kept = {name: (folder / name).read_text() for name in KEPT - files.keys() if (folder / name).is_file()}
    files = {**files, **kept}
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
        fresh, old = Path(temporary) / "fresh", Path(temporary) / "old"
        for name, text in files.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_text(text)
        if folder.exists():
            folder.rename(old)
        try:
            fresh.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise


def differences(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Names of files in ``folder`` that are missing, stale or superfluous."""
    present = _names(folder)
    stale = {name for name, text in files.items() if name in present and (folder / name).read_text() != text}
    ignored = {name for name in present if name.startswith((".terraform", "examples/complete/.terraform"))}
    return sorted((files.keys() - present) | stale | (present - files.keys() - ignored - KEPT))


def _names(folder: Path) -> set[str]:
    """Paths of the files in ``folder``, also of broken links."""
    found = folder.rglob("*") if folder.is_dir() else ()
    return {str(path.relative_to(folder)) for path in found if path.is_file() or path.is_symlink()}
