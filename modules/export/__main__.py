"""``python -m modules.export``: constructs and stacks as Terraform modules, and what changed between two versions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from environments import InvalidEnvironment, load
from environments.load import HOME
from environments.model import Environment
from modules.export import interface, writing

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
Out = Annotated[Path, typer.Option("--out", help="Folder that gets a folder for each module.")]
Like = Annotated[
    str, typer.Option("--like", help="Environment whose structure (zones, topology, ...) the modules have.")
]
Names = Annotated[list[str] | None, typer.Argument(help="Modules by name; all when none is given.")]
Folder = Annotated[Path, typer.Option("--folder", help="Folder of the environment files.")]


def _refuse(problem: object) -> typer.Exit:
    print(problem, file=sys.stderr)
    return typer.Exit(2)


def _structure(like: str, folder: Path) -> Environment:
    try:
        return load(folder / f"{like}.yaml")
    except InvalidEnvironment as problem:
        raise _refuse(problem) from None


@app.command(name="write")
def write_modules(
    names: Names = None, out: Out = Path("dist/modules"), like: Like = "prod", folder: Folder = HOME
) -> None:
    """Write modules to a folder each."""
    try:
        wanted = writing.sources(names or ())
    except writing.UnknownModule as problem:
        raise _refuse(problem) from None
    for module in writing.modules(wanted, structure=_structure(like, folder)):
        writing.write(out / module.name, writing.content(module))
        print(f"{out / module.name}: {len(module.inputs)} inputs, {len(module.outputs)} outputs")
    print(f"Next: terraform -chdir={out / wanted[0].name}/examples/complete init")


@app.command()
def check(names: Names = None, out: Out = Path("dist/modules"), like: Like = "prod", folder: Folder = HOME) -> None:
    """Exit 1 when written modules are not what would be written now."""
    try:
        wanted = writing.sources(names or ())
    except writing.UnknownModule as problem:
        raise _refuse(problem) from None
    stale = [
        f"{out / module.name / name}: out of date"
        for module in writing.modules(wanted, structure=_structure(like, folder))
        for name in writing.differences(out / module.name, writing.content(module))
    ]
    print("\n".join(stale) or f"{len(wanted)} modules are up to date")
    if stale:
        print("Cure: python -m modules.export write", file=sys.stderr)
        raise typer.Exit(1)


@app.command(name="list")
def list_modules() -> None:
    """A line for each module."""
    for source in writing.sources(()):
        print(f"{source.name:20} {source.purpose}")


@app.command()
def diff(old: Path, new: Path) -> None:
    """What callers of the module in OLD will feel when they take NEW: the step of its version, and moved blocks."""
    try:
        found = interface.changes(interface.read(old), interface.read(new))
    except interface.NoInterface as problem:
        raise _refuse(problem) from None
    for change in found:
        print(f"{change.step.name.lower():6} {change.text}")
    blocks = [change.moved for change in found if change.moved]
    if blocks:
        print("\nWith these in the new version, addresses that only changed their name stay:\n\n" + "\n\n".join(blocks))
    print(f"\nverdict: {interface.verdict(found).name.lower()}")


if __name__ == "__main__":
    app()
