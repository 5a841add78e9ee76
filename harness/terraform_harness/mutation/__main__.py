"""``python -m terraform_harness.mutation STACK...``: mutate stacks and list what no rule notices."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from terraform_harness.mutation import Result, detectors, run
from terraform_harness.mutation.run import SickOriginal
from terraform_harness.terraform.workspace import WorkspaceError

console = Console(soft_wrap=True)


def main(
    stacks: Annotated[list[Path], typer.Argument(help="folders with cdk.tf.json, judged together")],
    operator: Annotated[str, typer.Option(help="only mutants of this operator")] = "",
    checkov: Annotated[bool, typer.Option(help="let checkov's rules look at what ours let pass (seconds each)")] = True,
) -> None:
    """Exit 0: every mutant was noticed; 1: some survived; 2: nothing could be judged."""
    panel = {"rules": detectors.rules} | ({"gate": detectors.gate} if checkov else {})
    try:
        results = run(stacks, judges=panel, keep=lambda one: operator in ("", one.operator), progress=_dot)
    except (SickOriginal, WorkspaceError) as error:
        console.print(str(error), style="red")
        sys.exit(2)
    console.print()
    sys.exit(_report(results))


def _dot(result: Result) -> None:
    console.print("S" if result.survived else ".", end="")


def _report(results: tuple[Result, ...]) -> int:
    survivors = [one.mutant for one in results if one.survived]
    made, lived = Counter(one.mutant.operator for one in results), Counter(one.operator for one in survivors)
    for name, count in sorted(made.items()):
        console.print(f"{name:26} {count - lived[name]:4d} of {count:4d} noticed")
    for mutant in survivors:
        console.print(f"survived: {mutant}", highlight=False)
    console.print(f"{len(results) - len(survivors)} of {len(results)} mutants were noticed")
    return 1 if survivors else 0


if __name__ == "__main__":
    typer.run(main)
