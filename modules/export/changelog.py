"""The change log of a module: differences from the released version and the `moved` blocks for renamed resources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from modules.export import interface
from modules.export.changes import Change
from modules.export.declarations import declared

FILE = "CHANGELOG.md"
NO_CHANGE = "No change to the interface or to a resource."


def changelog(name: str, *, released: Path, files: Mapping[str, str]) -> str:
    """The change log of a version that is not released, in Markdown.

    Args:
        name: the module.
        released: folder of the released version; the module is new when it does not exist.
        files: the new version's ``.tf`` files by name.

    Raises:
        InterfaceError: ``released`` exists but is not a module.
    """
    if not released.exists():
        return f"# Changes of {name}\n\nFirst version.\n"
    found = interface.changes(interface.read(released), declared(files))
    step = interface.verdict(found).name.lower()
    return "\n\n".join([f"# Changes of {name}", f"## Since the released version: {step}", *lines(found)]) + "\n"


def lines(found: Sequence[Change]) -> list[str]:
    """Paragraphs that list the changes, and the blocks for renamed resources."""
    listed = [f"- {change.step.name.lower()}: {change.text}" for change in found] or [NO_CHANGE]
    blocks = [f"```hcl\n{change.moved}\n```" for change in found if change.moved]
    heading = ["### Renamed resources", "Add these blocks to the new version:"] if blocks else []
    return ["\n".join(listed), *heading, *blocks]
