"""``python -m bench [synthesis|gate|unit ...]``: ratios, measured in one run; exit 1 when one is beyond its limit."""

from __future__ import annotations

import datetime
import os
import platform
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from bench import checking, report, synthesis
from bench.report import Row

PARTS: dict[str, tuple[str, Callable[[int], list[Row]]]] = {
    "synthesis": ("Synthesis", lambda rounds: synthesis.rows(rounds=rounds)),
    "gate": ("Policies", lambda rounds: checking.gate_rows(rounds=rounds)),
    "unit": ("Tests", lambda _: checking.unit_rows()),
}


def main(
    parts: Annotated[
        list[str] | None, typer.Argument(help=f"Any of {', '.join(PARTS)}; all when none is given.")
    ] = None,
    *,
    rounds: Annotated[int, typer.Option(help="Turns that every candidate gets; the best counts.")] = 3,
    write: Annotated[bool, typer.Option("--write", help="Put the table into README.md.")] = False,
) -> None:
    """Measure and print. Other work on the machine adds to times, less to ratios."""
    unknown = sorted(set(parts or ()) - PARTS.keys())
    if unknown:
        print(f"no part is called {unknown[0]}. Parts: {', '.join(PARTS)}", file=sys.stderr)
        raise typer.Exit(2)
    load = os.getloadavg()[0]
    print(f"load {load:.1f}{' (busy: times are too long)' if load > 1 else ''}", file=sys.stderr)
    rows: list[Row] = []
    for name in parts or PARTS:
        title, measure = PARTS[name]
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        found = measure(rounds)
        report.show(title, found)
        rows += found
    if write:
        report.write(synthesis.ROOT / "README.md", rows, machine=_machine())
    raise typer.Exit(0 if all(row.kept for row in rows) else 1)


def _machine() -> str:
    day = datetime.datetime.now(tz=datetime.UTC).date()
    return f"{day}, {os.cpu_count()} cores, Python {platform.python_version()}; `make bench` measures it on yours."


if __name__ == "__main__":
    typer.run(main)
