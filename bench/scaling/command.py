"""``python -m bench scaling``: simulate, print, write docs/scaling.md."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.scaling import page, published_policies, step_scaling, workflows
from bench.scaling.compare import MOST_RATIO, Result, compare
from bench.scaling.deployed import Deployed, DeployedError, read
from bench.scaling.physics import Physics
from bench.scaling.workloads import SYNTHETIC, TraceError, Workload, read_trace
from local.repository import ROOT
from operations.errors import PreconditionError
from operations.synthesis import synthesize

PAGE = ROOT / "docs" / "scaling.md"
ENVIRONMENTS, DEPLOYED = ROOT / "environments", "prod-airflow"


def main(
    stack: Annotated[
        Path | None, typer.Argument(help="Folder of a synthesized Airflow stack. Default: prod, synthesized now.")
    ] = None,
    *,
    group: Annotated[str, typer.Option(help="Worker group whose policy is read.")] = "default",
    seeds: Annotated[int, typer.Option(min=1, max=100, help="Random workloads of each kind.")] = 5,
    trace: Annotated[
        Path | None, typer.Option(help="CSV file of your Airflow tasks: queued_at, started_at, ended_at.")
    ] = None,
    only: Annotated[str, typer.Option(help="Only the workloads whose name contains this text.")] = "",
    write: Annotated[bool, typer.Option("--write", help="Write docs/scaling.md and its pictures.")] = False,
) -> None:
    """Compare the deployed scaling policy with others. Exit 1 when it costs too much, 2 for unusable input."""
    try:
        if trace is not None and (only or write):
            raise WorkloadError("--trace simulates one workload. Fix: leave out --only and --write")
        deployed = read(stack, group) if stack else _production(group)
        workloads = _workloads(only, write=write) if trace is None else (partial(_same, read_trace(trace)),)
    except (DeployedError, PreconditionError, TraceError, WorkloadError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None
    chosen = (step_scaling.ours(deployed), *published_policies.others())
    physics = _physics(deployed, for_trace=trace is not None)
    with Console(stderr=True).status("simulating"):
        results = compare(chosen, physics, seeds=range(1, seeds + 1), workloads=workloads)
    _show(results.of_policies)
    if write:
        _write(page.text(results, chosen, deployed, physics, seeds=seeds))
        page.write_pictures(results, PAGE.parent / page.PICTURES)
        print("docs/scaling.md written. Next: git diff docs/scaling.md", file=sys.stderr)
    worst = max(result.ratio.value for result in results.of_policies if result.policy == chosen[0].name)
    print(f"largest ratio to the bound: {worst:.2f}, limit {MOST_RATIO}. Next: docs/scaling.md", file=sys.stderr)
    raise typer.Exit(0 if worst <= MOST_RATIO or trace is not None else 1)


def _production(group: str) -> Deployed:
    """The settings of prod as its environment file and the constructs are now: an older synthesis may differ."""
    with tempfile.TemporaryDirectory() as folder:
        synthesize(ENVIRONMENTS, out=Path(folder))
        return read(Path(folder) / "stacks" / DEPLOYED, group)


class WorkloadError(Exception):
    """The chosen workloads cannot be made."""


def _workloads(only: str, *, write: bool) -> tuple[Callable[[int], Workload], ...]:
    """The random workloads and, with the package, task graphs of real workflows."""
    if write and only:
        raise WorkloadError("--write writes all workloads. Fix: leave out --only")
    if write and not workflows.available():
        raise WorkloadError(f"{workflows.MISSING}, whose workloads are part of the page. Fix: {workflows.FIX}")
    if not workflows.available():
        print(f"{workflows.MISSING}: its task graphs are left out. Fix: {workflows.FIX}", file=sys.stderr)
    every = {**SYNTHETIC, **workflows.workloads()}
    found = tuple(make for name, make in every.items() if only in name)
    if not found:
        raise WorkloadError(f"--only: no workload contains {only!r}. Allowed: parts of {', '.join(every)}")
    return found


def _same(found: Workload, _seed: int) -> Workload:
    return found


def _physics(deployed: Deployed, *, for_trace: bool) -> Physics:
    """A trace is simulated with the bounds of the file; the random workloads from zero to 40 workers."""
    if for_trace:
        return Physics(slots=deployed.concurrency, least=deployed.least, most=deployed.most)
    return Physics(slots=deployed.concurrency, least=0, most=40)


def _write(generated: str) -> None:
    before, _, rest = PAGE.read_text("utf-8").partition(page.START)
    _, _, after = rest.partition(page.END)
    PAGE.write_text(f"{before}{page.START}{generated}{page.END}{after}", encoding="utf-8")


def _show(results: list[Result]) -> None:
    table = Table("workload", "policy", "p50", "p95", "hours", "to the bound", "killed", "actions/h", box=None)
    for result in results:
        table.add_row(
            result.workload,
            result.policy,
            f"{result.wait50:.0f}",
            f"{result.wait95.value:.0f}",
            f"{result.hours.value:.1f}",
            f"{result.ratio.value:.2f}",
            f"{result.killed:.0f}",
            f"{result.actions:.0f}",
        )
    Console(width=120).print(table)
