"""Names each stack after its folder, with more of the path where folders share a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path


def stack_names(folders: Sequence[Path]) -> Mapping[Path, str]:
    """Map each folder to its name, or to more of its path (``a.main``, ``b.main``) where the name is not unique."""
    parts = {folder: tuple(part for part in folder.resolve().parts if part.strip("/")) for folder in folders}
    longest = max(map(len, parts.values()), default=1)
    names: dict[Path, str] = {}
    for length in range(1, longest + 1):
        tails = Counter(own[-length:] for own in parts.values())
        names = {folder: ".".join(own[-length:]) for folder, own in parts.items() if tails[own[-length:]] == 1} | names
    return names
