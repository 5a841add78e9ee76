"""``python -m terraform_harness.mutation STACK...``: mutate stacks and list the mutants that nothing detects."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

from terraform_harness.extras import MissingExtra, imports_of_extra
from terraform_harness.mutation import Detector, NothingToMutate, Result, detectors, run
from terraform_harness.mutation.accepted import AcceptedError, AcceptedSurvivors, read_accepted
from terraform_harness.mutation.run import DetectorError
from terraform_harness.terraform.workspace import WorkspaceError

with imports_of_extra("policies", program=True):
    import typer
    from rich.console import Console

console = Console(soft_wrap=True)


def main(  # noqa: PLR0917
    stacks: Annotated[list[Path], typer.Argument(help="folders of root modules, JSON or HCL, evaluated together")],
    operator: Annotated[str, typer.Option(help="only mutants of this operator")] = "",
    policies: Annotated[bool, typer.Option(help="detect mutants with the rules of terraform-gate")] = True,
    checkov: Annotated[
        bool, typer.Option(help="run checkov's rules on mutants that the gate's own rules do not detect (slow)")
    ] = True,
    tests: Annotated[
        list[str] | None,
        typer.Option(
            help="detect mutants with the tests of this file, which use the fixture `template`; may be repeated"
        ),
    ] = None,
    accepted: Annotated[
        Path | None, typer.Option(help="YAML list of survivors that are accepted: mutants (patterns) and reason")
    ] = None,
) -> None:
    """Change each setting of the stacks to a harmful value, and list the mutants that no detector reports.

    Exit 0: every mutant was detected or has a reason; 1: mutants survived; 2: no mutant exists, or an input or a
    detector cannot be used.
    """
    used: dict[str, Detector] = {"rules": detectors.rules} if policies else {}
    used |= {"gate": detectors.gate} if policies and checkov else {}
    used |= {"tests": detectors.pytest_run(*tests)} if tests else {}
    accepted_survivors: tuple[AcceptedSurvivors, ...] = ()
    if not used:
        console.print("no detector is selected. Fix: omit --no-policies, or name a test file with --tests", style="red")
        sys.exit(2)
    try:
        accepted_survivors = read_accepted(accepted) if accepted else ()
        results = run(stacks, detectors=used, keep=lambda mutant: operator in ("", mutant.operator), progress=_dot)
    except (NothingToMutate, DetectorError, AcceptedError, WorkspaceError, MissingExtra) as error:
        console.print(str(error), style="red", markup=False)
        sys.exit(2)
    console.print()
    sys.exit(_report(results, accepted_survivors, is_complete=not operator))


def _dot(result: Result) -> None:
    console.print("S" if result.survived else ".", end="")


def _report(results: tuple[Result, ...], accepted: tuple[AcceptedSurvivors, ...], *, is_complete: bool) -> int:
    survivors = [result.mutant for result in results if result.survived]
    made = Counter(result.mutant.operator for result in results)
    survived = Counter(mutant.operator for mutant in survivors)
    for name, count in sorted(made.items()):
        console.print(f"{name:26} {count - survived[name]:4d} of {count:4d} detected")
    open_ones = [mutant for mutant in survivors if not any(item.accepts(mutant) for item in accepted)]
    for mutant in open_ones:
        console.print(f"survived: {mutant}", highlight=False, markup=False)
    unneeded = [item for item in accepted if is_complete and not any(map(item.accepts, survivors))]
    for item in unneeded:
        console.print(f"not needed here: {item.mutants[0]}: {item.reason}", highlight=False, markup=False)
    reasons = f", {len(survivors) - len(open_ones)} survived with a reason" if accepted else ""
    console.print(f"{len(results) - len(survivors)} of {len(results)} mutants were detected{reasons}")
    return 1 if open_ones else 0


if __name__ == "__main__":
    typer.run(main)
