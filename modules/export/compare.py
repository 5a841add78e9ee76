"""``python -m modules.export.compare OLD NEW``: what callers of an exported module will feel when they take NEW."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from modules.export import interface


def main(old: Path, new: Path) -> None:
    """The step of the version (major, minor, patch), why, and the moved blocks that spare callers."""
    try:
        found = interface.changes(interface.read(old), interface.read(new))
    except interface.NoInterface as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(2) from None
    for change in found:
        print(f"{change.step.name.lower():6} {change.text}")
    blocks = [change.moved for change in found if change.moved]
    if blocks:
        print("\nWith these in the new version, addresses that only changed their name stay:\n\n" + "\n\n".join(blocks))
    print(f"\nverdict: {interface.verdict(found).name.lower()}")


if __name__ == "__main__":
    typer.run(main)
