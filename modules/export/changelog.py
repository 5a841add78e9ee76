"""The change log of a module: differences from the released version and the `moved` blocks for renamed resources."""

from __future__ import annotations

import json
from pathlib import Path

from modules.export import interface
from modules.export.readme import INTERFACE

FILE = "CHANGELOG.md"


def changelog(name: str, *, released: Path, interface_text: str) -> str:
    """The change log in Markdown.

    Args:
        name: the module.
        released: folder of the released version; the module is new when it does not exist.
        interface_text: the new version's ``interface.json``.

    Raises:
        InterfaceError: ``released`` exists but is not an exported module.
    """
    if not (released / INTERFACE).exists() and not released.exists():
        return f"# Changes of {name}\n\nFirst version.\n"
    found = interface.changes(interface.read(released), json.loads(interface_text))
    lines = [f"- {change.step.name.lower()}: {change.text}" for change in found] or [
        "No change to the interface or to a resource."
    ]
    blocks = [f"```hcl\n{change.moved}\n```" for change in found if change.moved]
    step = interface.verdict(found).name.lower()
    parts = [f"# Changes of {name}", f"## Since the released version: {step}", "\n".join(lines)]
    if blocks:
        parts += ["### Renamed resources\n\nAdd these blocks to the new version:", *blocks]
    return "\n\n".join(parts) + "\n"
