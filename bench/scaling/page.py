"""The results as a page: a table and a picture for each workload."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.scaling.compare import MOST_RATIO, Result, dominated
from bench.scaling.deployed import Deployed
from bench.scaling.fleet import Physics
from bench.scaling.policies import Policy

TITLES = (
    *("policy", "waiting p50", "p95", "p99", "worker hours", "USD", "to the bound", "killed", "actions an hour"),
    *("above", "below"),
)
HEAD = f"| {' | '.join(TITLES)} |\n{'|---' * len(TITLES)}|"
START, END = "<!-- generated: bench scaling -->\n", "<!-- end -->"
PICTURES = "pictures/scaling"


def text(
    results: Sequence[Result], policies: Sequence[Policy], deployed: Deployed, physics: Physics, *, seeds: int
) -> str:
    """The generated part of docs/scaling.md."""
    return "\n".join(_lines(results, policies, deployed, physics, seeds)) + "\n"


def _lines(
    results: Sequence[Result], policies: Sequence[Policy], deployed: Deployed, physics: Physics, seeds: int
) -> Iterator[str]:
    yield (
        f"Means of {seeds} seeds. {physics.slots} Airflow tasks a worker, {physics.least} to {physics.most} workers, "
        f"{physics.start_seconds:.0f} s from the decision until a new worker takes Airflow tasks. The deployed policy: "
        f"a datapoint every {deployed.out.period:.0f} s, workers are added after {deployed.out.periods} and removed "
        f"after {deployed.back.periods} datapoints. Times in seconds; *above* and *below* are worker hours more and "
        "less than the load needs; *to the bound* is the worker time divided by that of the clairvoyant policy with "
        "the same p95."
    )
    own = policies[0].name
    for workload in dict.fromkeys(result.workload for result in results):
        found = [result for result in results if result.workload == workload]
        yield f"\n### {workload}\n\n{HEAD}"
        yield from (_row(result, deployed.usd_per_hour) for result in found)
        yield f"\n![cost against waiting: {workload}]({PICTURES}/{_file(workload)})"
    better = ", ".join(f"{policy} on {workload}" for workload, policy in dominated(results, own)) or "no policy"
    worst = max(result.ratio for result in results if result.policy == own)
    yield (
        f"\nLargest ratio of {own} to the bound: {worst:.2f} (limit {MOST_RATIO}). Cheaper and with less waiting than "
        f"{own}: {better}.\n\nSources of the other policies:\n"
    )
    yield from (f"- {policy.name}: {policy.source}." for policy in policies if policy.source)


def _row(result: Result, usd_per_hour: float | None) -> str:
    ratio = "-" if result.ratio == 0 else f"{result.ratio:.2f}"
    cells = (
        result.policy,
        *(f"{wait:.0f}" for wait in (result.wait50, result.wait95, result.wait99)),
        f"{result.hours:.1f} ± {result.spread:.1f}",
        "-" if usd_per_hour is None else f"{result.hours * usd_per_hour:.2f}",
        ratio,
        f"{result.killed:.0f}",
        f"{result.actions:.0f}",
        f"{result.surplus:.1f}",
        f"{result.missing:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def _file(workload: str) -> str:
    return f"{workload.replace(' ', '-')}.svg"


def write_pictures(results: Sequence[Result], folder: Path) -> None:
    """Write one SVG file for each workload: worker hours against the 95th percentile of waiting."""
    folder.mkdir(parents=True, exist_ok=True)
    for workload in dict.fromkeys(result.workload for result in results):
        found = [result for result in results if result.workload == workload]
        (folder / _file(workload)).write_text(_picture(workload, found), encoding="utf-8")


def _picture(workload: str, results: Sequence[Result]) -> str:
    import pygal
    from pygal.style import CleanStyle

    chart = pygal.XY(
        stroke=False,
        dots_size=7,
        width=900,
        height=420,
        title=f"{workload}: cost against waiting (lower left is better)",
        x_title="95th percentile of waiting, seconds (logarithmic, at least 1)",
        y_title="worker hours (logarithmic)",
        legend_at_bottom=True,
        truncate_legend=-1,
        logarithmic=True,
        style=CleanStyle,
        js=[],
        disable_xml_declaration=True,
        no_prefix=True,
        pretty_print=True,
    )
    for result in results:
        chart.add(result.policy, [(max(1, round(result.wait95)), round(result.hours, 1))])
    return str(chart.render(is_unicode=True))
