"""``python -m bench [synthesis|gate|unit ...]``: ratios, measured in one run; exit 1 when one is beyond its limit."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from bench import checking, synthesis
from bench.report import Row, show

PARTS: dict[str, tuple[str, Callable[[int], list[Row]]]] = {
    "synthesis": ("Synthesis", lambda rounds: synthesis.rows(rounds=rounds)),
    "gate": ("Policies", lambda rounds: checking.gate_rows(rounds=rounds)),
    "unit": ("Tests", lambda _: checking.unit_rows()),
}


def main(
    parts: Annotated[
        list[str] | None, typer.Argument(help=f"Any of {', '.join(PARTS)}; all when none is given.")
    ] = None,
    rounds: Annotated[int, typer.Option(help="Turns that every candidate gets; the best counts.")] = 3,
) -> None:
    """Measure and print. Other work on the machine adds to times, less to ratios."""
    unknown = sorted(set(parts or ()) - PARTS.keys())
    if unknown:
        print(f"no part is called {unknown[0]}. Parts: {', '.join(PARTS)}", file=sys.stderr)
        raise typer.Exit(2)
    load = os.getloadavg()[0]
    print(
        f"{os.cpu_count()} cores, load {load:.1f}{' (busy: times are too long)' if load > 1 else ''}", file=sys.stderr
    )
    beyond = 0
    for name in parts or PARTS:
        title, measure = PARTS[name]
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        found = measure(rounds)
        show(title, found)
        beyond += sum(not row.kept for row in found)
    raise typer.Exit(1 if beyond else 0)


if __name__ == "__main__":
    typer.run(main)
