"""Measures time and memory as ratios to baselines of the same run; exit code 1 when a ratio exceeds its limit."""

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

from bench import (
    checking,
    decisions,
    demo,
    emulator,
    gate_curve,
    hcl_curve,
    iam_simulate,
    images,
    report,
    running,
    synthesis,
    tricks,
)
from bench.report import Row
from bench.scaling import command as scaling
from bench.scoreboard import command as scoreboard
from local.containers.engine import EngineError
from local.repository import ROOT

BENCHMARKS, CONTAINERS = (ROOT / "docs" / name for name in ("benchmarks.md", "containers.md"))
BINDINGS = ROOT / "bindings" / "README.md"
# Part -> title, measuring function, page with the results.
PARTS: dict[str, tuple[str, Callable[[int], list[Row]], Path]] = {
    "synthesis": ("Synthesis", lambda rounds: synthesis.rows(rounds=rounds), BENCHMARKS),
    "bindings": ("Parts of the fast bindings", lambda rounds: tricks.rows(rounds=rounds), BINDINGS),
    "gate": ("Policies", lambda rounds: checking.gate_rows(rounds=rounds), BENCHMARKS),
    "decisions": ("IAM decisions", lambda rounds: decisions.rows(rounds=rounds), BENCHMARKS),
    "unit": ("Tests", lambda rounds: checking.unit_rows(rounds=rounds), BENCHMARKS),
    "emulator": ("Emulator", lambda rounds: emulator.rows(rounds=rounds), BENCHMARKS),
    "demo": ("Demo", lambda _rounds: demo.rows(rounds=1), BENCHMARKS),
    "containers": ("Containers", lambda rounds: [*images.rows(rounds=rounds), *running.rows()], CONTAINERS),
}
ON_REQUEST = frozenset({"demo"})
"""Parts that take a quarter of an hour: they are measured only when they are named."""


def main(
    parts: Annotated[
        list[str] | None,
        typer.Argument(help=f"Parts to measure: {', '.join(PARTS)}. Default: all but {', '.join(ON_REQUEST)}."),
    ] = None,
    *,
    rounds: Annotated[int, typer.Option(help="Rounds of each measurement; the median counts.")] = 3,
    write: Annotated[bool, typer.Option("--write", help="Write the tables into the documentation.")] = False,
) -> None:
    """Measure time and memory and print them with their limits. Exit 1 when a limit is exceeded.

    Measure on an idle machine: other processes make all times longer, and ratios less exact. Other measurements have
    their own options: `python -m bench scaling --help`, and scoreboard, gate-curve, hcl-curve and iam-simulate.
    """
    unknown = sorted(set(parts or ()) - PARTS.keys())
    if unknown:
        print(f"unknown part {unknown[0]!r}. Allowed: {', '.join(PARTS)}", file=sys.stderr)
        raise typer.Exit(2)
    load = os.getloadavg()[0]
    print(f"load {load:.1f}{' (the machine is busy: times are too long)' if load > 1 else ''}", file=sys.stderr)
    pages: dict[Path, list[Row]] = {}
    unmeasured = False
    for name in parts or [name for name in PARTS if name not in ON_REQUEST]:
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
    return f"{day}, {os.cpu_count()} cores, Python {platform.python_version()}; `make bench` repeats the measurement."


if __name__ == "__main__":
    commands: dict[str, Callable[..., None]] = {
        "scoreboard": scoreboard.main,
        "scaling": scaling.main,
        "gate-curve": gate_curve.main,
        "hcl-curve": hcl_curve.main,
        "iam-simulate": iam_simulate.main,
    }
    if sys.argv[1:2] and sys.argv[1] in commands:
        typer.run(commands[sys.argv.pop(1)])
    typer.run(main)
