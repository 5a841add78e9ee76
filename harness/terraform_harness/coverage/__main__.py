"""``python -m terraform_harness.coverage STACK... --touches FILE``: attributes that no test and no rule looks at."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from terraform_harness.coverage import TOUCHED, cover, load, watch
from terraform_harness.terraform import workspace
from terraform_harness.verification import verify  # noqa: F401 - registers what is asked of AWS

console = Console(soft_wrap=True)


def main(
    stacks: Annotated[list[Path], typer.Argument(help="folders with cdk.tf.json")],
    touches: Annotated[list[Path] | None, typer.Option(help="written by `pytest --touches FILE`")] = None,
    at_least: Annotated[float, typer.Option(help="exit 1 below this ratio")] = 0.0,
) -> None:
    """Exit 0, 1 below ``--at-least``, 2 when something could not be read."""
    try:
        documents = [workspace.read(stack) for stack in stacks]
        seen = load(touches or ())
    except (workspace.WorkspaceError, OSError) as error:
        console.print(str(error), style="red")
        sys.exit(2)
    found = cover(documents, touched=seen | _by_rules(stacks))
    for kind, keys in found.untouched.items():
        console.print(f"{kind:48} {', '.join(keys)}", highlight=False)
    console.print(f"nobody looks at: {', '.join(found.blind) or 'nothing'}")
    console.print(f"{found.touched} of {found.total} attributes are looked at ({found.ratio:.0%})")
    sys.exit(1 if found.ratio < at_least else 0)


def _by_rules(stacks: list[Path]) -> frozenset[tuple[str, str]]:
    """Run our rules over the stacks and note what they read."""
    from terraform_harness.mutation.detectors import rules

    end = watch()
    try:
        rules(stacks)
    finally:
        end()
    return frozenset(TOUCHED)


if __name__ == "__main__":
    typer.run(main)
