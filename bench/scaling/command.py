"""``python -m bench scaling``: simulate, print, write docs/scaling.md."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.scaling import page, policies
from bench.scaling.compare import MOST_RATIO, Result, compare
from bench.scaling.deployed import Deployed, DeployedError, read
from bench.scaling.fleet import Physics
from bench.scaling.workloads import SYNTHETIC, TraceError, read_trace
from local.repository import ROOT

PAGE = ROOT / "docs" / "scaling.md"


def run(*, stack: Path, group: str, seeds: int, trace: Path | None, write: bool) -> int:
    """Compare the policies and print the table; returns the exit code.

    Args:
        stack: folder of a synthesized Airflow stack, whose scaling policy is read.
        group: worker group of that stack.
        seeds: number of random workloads of each kind.
        trace: CSV file of Airflow tasks to simulate instead of the random workloads.
        write: write docs/scaling.md and its pictures.
    """
    console = Console(stderr=True, highlight=False)
    try:
        deployed = read(stack, group)
        workloads = SYNTHETIC if trace is None else [lambda _seed, found=read_trace(trace): found]
    except (DeployedError, TraceError) as error:
        console.print(str(error), markup=False)
        return 2
    chosen = (policies.ours(deployed), *policies.others())
    physics = _physics(deployed, for_trace=trace is not None)
    with console.status("simulating"):
        results = compare(chosen, physics, seeds=range(1, seeds + 1), workloads=workloads)
    _show(results)
    worst = max(result.ratio for result in results if result.policy == chosen[0].name)
    if write and trace is None:
        _write(page.text(results, chosen, deployed, physics, seeds=seeds))
        page.write_pictures(results, PAGE.parent / page.PICTURES)
        console.print("docs/scaling.md written. Next: git diff docs/scaling.md")
    kept = worst <= MOST_RATIO
    console.print(f"largest ratio to the bound: {worst:.2f}, limit {MOST_RATIO}{'' if kept else ': exceeded'}")
    return 0 if kept or trace is not None else 1


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
            f"{result.wait95:.0f}",
            f"{result.hours:.1f}",
            f"{result.ratio:.2f}",
            f"{result.killed:.0f}",
            f"{result.actions:.0f}",
        )
    Console(width=120).print(table)
