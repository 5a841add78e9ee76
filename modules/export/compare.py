"""``python -m modules.export.compare OLD NEW``: compare the interfaces of two versions of an exported module."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from environments.errors import printable
from modules.export import interface
from modules.export.declarations import InterfaceError
from modules.export.messages import fail


def main(
    old: Annotated[Path, typer.Argument(help="Folder of a module.")],
    new: Annotated[Path, typer.Argument(help="The same folder after the change.")],
) -> None:
    """Compare the module folders OLD and NEW, and print the `moved` blocks of renamed resources.

    Each change is listed as major, minor or patch: the part of the version number to raise.
    """
    try:
        found = interface.changes(interface.read(old), interface.read(new))
    except InterfaceError as problem:
        fail(problem)
    for change in found:
        print(f"{change.step.name.lower():6} {printable(change.text)}")
    blocks = [change.moved for change in found if change.moved]
    if blocks:
        print(
            "\nAdd these blocks to the new version, so that Terraform keeps the renamed resources:\n\n"
            + "\n\n".join(blocks)
        )
    print(f"\nverdict: {interface.verdict(found).name.lower()}")


if __name__ == "__main__":
    typer.run(main)
