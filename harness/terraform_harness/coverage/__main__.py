"""``python -m terraform_harness.coverage STACK...``: list the attributes that no test and no policy reads."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from terraform_harness.coverage import RECORDED, cover, load, record
from terraform_harness.extras import imports_of_extra
from terraform_harness.terraform import workspace

with imports_of_extra("policies", program=True):
    import typer
    from rich.console import Console

console = Console(soft_wrap=True)


def main(
    stacks: Annotated[list[Path], typer.Argument(help="folders of synthesized stacks")],
    attribute_coverage: Annotated[
        list[Path] | None, typer.Option(help="file written by `pytest --attribute-coverage FILE`; may be repeated")
    ] = None,
    at_least: Annotated[float, typer.Option(help="smallest accepted ratio, 0 to 1")] = 0.0,
) -> None:
    """List the attributes that no test and no policy reads.

    Exit 0: the list was printed; 1: the ratio is below --at-least; 2: a stack or file cannot be read.
    """
    try:
        documents = [workspace.read(stack) for stack in stacks]
        recorded = load(attribute_coverage or ())
    except (workspace.WorkspaceError, OSError) as error:
        console.print(str(error), style="red")
        sys.exit(2)
    found = cover(documents, recorded=recorded | _read_by_policies(stacks))
    for type_, keys in found.uncovered.items():
        console.print(f"{type_:48} {', '.join(keys)}", highlight=False)
    console.print(f"resource types of which no attribute is read: {', '.join(found.uncovered_types) or 'none'}")
    console.print(f"{found.covered} of {found.total} attributes are read ({found.ratio:.0%})")
    sys.exit(1 if found.ratio < at_least else 0)


def _read_by_policies(stacks: list[Path]) -> frozenset[tuple[str, str]]:
    """Return the attributes that the gate's own rules read; none where the gate is not installed."""
    if not find_spec("terraform_gate"):
        return frozenset()
    from terraform_harness.mutation.detectors import rules

    end = record()
    try:
        rules(stacks)
    finally:
        end()
    return frozenset(RECORDED)


if __name__ == "__main__":
    typer.run(main)
