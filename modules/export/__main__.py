"""``python -m modules.export [NAMES]``: write constructs and stacks as self-contained Terraform modules."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from environments import InvalidEnvironment, load
from environments.atomic_file import write as write_file
from environments.generated_files import is_current
from environments.load import HOME
from modules.export import readme, write
from modules.export.build import Module
from modules.export.declarations import InterfaceError
from modules.export.messages import fail

INDEX = "README.md"
Names = Annotated[list[str] | None, typer.Argument(help="Names of modules. Default: all modules.")]
Out = Annotated[Path, typer.Option("--out", help="Output folder; each module gets a subfolder.")]
Like = Annotated[
    str, typer.Option("--like", help="Environment whose structural values are used: zones, topology, egress.")
]
Folder = Annotated[Path, typer.Option("--folder", help="Folder of the environment files.")]
Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when a file is out of date.")]
Since = Annotated[
    Path | None,
    typer.Option(
        "--since", help="Folder of the released modules; adds a CHANGELOG.md with the differences to each module."
    ),
]
List = Annotated[bool, typer.Option("--list", help="List the modules and their purposes.")]


def main(
    names: Names = None,
    *,
    out: Out = Path("dist/modules"),
    like: Like = "prod",
    folder: Folder = HOME,
    since: Since = None,
    check: Check = False,
    list_: List = False,
) -> None:
    """Write each module to its folder: HCL files by purpose, README, example, interface."""
    try:
        wanted = write.sources(names or ())
        if list_:
            print("\n".join(f"{source.name:20} {source.purpose}" for source in wanted))
            return
        modules = list(write.modules(wanted, structure=load(folder / f"{like}.yaml")))
    except (write.UnknownModule, write.UnsupportedEnvironment, InvalidEnvironment) as problem:
        fail(problem)
    try:
        if check:
            _check(modules, out, since, with_index=not names)
        else:
            _write(modules, out, since, with_index=not names)
            print(f"Next: terraform -chdir={out / wanted[0].name}/examples/complete init")
    except (InterfaceError, write.ForeignFiles, OSError) as problem:
        fail(problem)


def _write(modules: Sequence[Module], out: Path, since: Path | None, *, with_index: bool) -> None:
    for module in modules:
        write.check_folder(out / module.name)
    for module in modules:
        write.write(out / module.name, write.content(module, since=since))
        print(f"{out / module.name}: {len(module.inputs)} inputs, {len(module.outputs)} outputs")
    if with_index:
        write_file(out / INDEX, readme.index(modules))


def _check(modules: Sequence[Module], out: Path, since: Path | None, *, with_index: bool) -> None:
    stale = [
        f"{out / module.name / name}: out of date"
        for module in modules
        for name in write.differences(out / module.name, write.content(module, since=since))
    ]
    if with_index and not is_current(out / INDEX, readme.index(modules)):
        stale.append(f"{out / INDEX}: out of date")
    print("\n".join(stale) or f"{len(modules)} modules are up to date")
    if stale:
        print(f"Fix: .venv/bin/python -m modules.export --out {out}", file=sys.stderr)
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
