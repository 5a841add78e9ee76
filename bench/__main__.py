"""``python -m bench [synthesis|gate|unit|containers ...]``: ratios of one run; exit 1 when one is beyond its limit."""

from __future__ import annotations

import datetime
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from terraform_harness.tools import MissingTool

from bench import checking, images, report, running, synthesis
from bench.report import Row
from local.containers.engine import EngineError

README, CONTAINERS = synthesis.ROOT / "README.md", synthesis.ROOT / "docs" / "containers.md"
# Part -> its title, what measures it, and the page that shows it.
PARTS: dict[str, tuple[str, Callable[[int], list[Row]], Path]] = {
    "synthesis": ("Synthesis", lambda rounds: synthesis.rows(rounds=rounds), README),
    "gate": ("Policies", lambda rounds: checking.gate_rows(rounds=rounds), README),
    "unit": ("Tests", lambda rounds: checking.unit_rows(rounds=rounds), README),
    "containers": ("Containers", lambda rounds: [*images.rows(rounds=rounds), *running.rows()], CONTAINERS),
}


def main(
    parts: Annotated[
        list[str] | None, typer.Argument(help=f"Any of {', '.join(PARTS)}; all when none is given.")
    ] = None,
    *,
    rounds: Annotated[int, typer.Option(help="Turns that every candidate gets; the best counts.")] = 3,
    write: Annotated[bool, typer.Option("--write", help="Put the tables into the documentation.")] = False,
) -> None:
    """Measure and print. Other work on the machine adds to times, less to ratios."""
    unknown = sorted(set(parts or ()) - PARTS.keys())
    if unknown:
        print(f"no part is called {unknown[0]}. Parts: {', '.join(PARTS)}", file=sys.stderr)
        raise typer.Exit(2)
    load = os.getloadavg()[0]
    print(f"load {load:.1f}{' (busy: times are too long)' if load > 1 else ''}", file=sys.stderr)
    pages: dict[Path, list[Row]] = {}
    unmeasured = False
    for name in parts or PARTS:
        title, measure, page = PARTS[name]
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        try:
            found = measure(rounds)
        except (EngineError, MissingTool) as error:
            print(f"{name}: not measured: {error}", file=sys.stderr)
            unmeasured = True
            continue
        report.show(title, found)
        pages.setdefault(page, []).extend(found)
    if write:
        for page, rows in pages.items():
            report.write(page, rows, machine=_machine())
    kept = all(row.kept for rows in pages.values() for row in rows)
    raise typer.Exit(0 if kept and not unmeasured else 1)


def _machine() -> str:
    day = datetime.datetime.now(tz=datetime.UTC).date()
    return f"{day}, {os.cpu_count()} cores, Python {platform.python_version()}; `make bench` measures it on yours."


if __name__ == "__main__":
    typer.run(main)
