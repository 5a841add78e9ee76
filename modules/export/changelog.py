"""A module's change log: what its callers feel since the released version, and how to be spared."""

from __future__ import annotations

import json
from pathlib import Path

from modules.export import interface
from modules.export.readme import INTERFACE

FILE = "CHANGELOG.md"


def changelog(name: str, *, released: Path, interface_text: str) -> str:
    """Markdown from the interface in folder ``released`` to the new one (the text of its ``interface.json``).

    Raises ``interface.NoInterface`` when the folder is there but is no exported module.
    """
    if not (released / INTERFACE).exists() and not released.exists():
        return f"# Changes of {name}\n\nFirst version.\n"
    found = interface.changes(interface.read(released), json.loads(interface_text))
    lines = [f"- {change.step.name.lower()}: {change.text}" for change in found] or ["Nothing that a caller feels."]
    blocks = [f"```hcl\n{change.moved}\n```" for change in found if change.moved]
    step = interface.verdict(found).name.lower()
    parts = [f"# Changes of {name}", f"## Since the released version: {step}", "\n".join(lines)]
    if blocks:
        parts += ["### Addresses that only changed their name\n\nAdd to the new version:", *blocks]
    return "\n\n".join(parts) + "\n"
