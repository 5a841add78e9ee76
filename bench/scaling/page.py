"""The results as a page: a table and a picture for each workload."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.scaling.compare import MOST_RATIO, Better, Result, Results, dominating
from bench.scaling.deployed import Deployed
from bench.scaling.physics import Physics
from bench.scaling.policies import Policy

TITLES = (
    *("policy", "waiting p50", "p95", "p99", "worker hours", "USD", "to the bound", "killed", "actions an hour"),
    *("above", "below"),
)
HEAD = f"| {' | '.join(TITLES)} |\n{'|---' * len(TITLES)}|"
START, END = "<!-- generated: bench scaling -->\n", "<!-- end -->"
PICTURES = "pictures/scaling"


def text(results: Results, policies: Sequence[Policy], deployed: Deployed, physics: Physics, *, seeds: int) -> str:
    """The generated part of docs/scaling.md."""
    return "\n".join(_lines(results.of_policies, policies, deployed, physics, seeds)) + "\n"


def _lines(
    results: Sequence[Result], policies: Sequence[Policy], deployed: Deployed, physics: Physics, seeds: int
) -> Iterator[str]:
    yield (
        f"Means of {seeds} seeds, ± half of the 95 % interval. {physics.slots} Airflow tasks a worker, "
        f"{physics.least} to {physics.most} workers, "
        f"{physics.start_seconds:.0f} s from the decision until a new worker takes Airflow tasks. The deployed policy: "
        f"a datapoint every {deployed.out.period:.0f} s, workers are added after {deployed.out.periods} and removed "
        f"after {deployed.back.periods} datapoints. Times in seconds; *above* and *below* are worker hours more and "
        "less than the load needs; *to the bound* is the worker time divided by that of the clairvoyant policy with "
        "the same p95. In the pictures the lower left is better; the line connects the best variants of the "
        "clairvoyant policy."
    )
    own = policies[0].name
    for workload in dict.fromkeys(result.workload for result in results):
        found = [result for result in results if result.workload == workload]
        yield f"\n### {workload}\n\n{HEAD}"
        yield from (_row(result, deployed.usd_per_hour) for result in found)
        yield f"\n![cost against waiting: {workload}]({PICTURES}/{_file(workload)})"
    worst = max((result for result in results if result.policy == own), key=lambda result: result.ratio.value)
    yield (
        f"\nLargest ratio of {own} to the bound: {worst.ratio.value:.2f} on {worst.workload} (limit {MOST_RATIO})."
        f"\n\n{_better(dominating(results, own), own)}\n\nSources of the other policies:\n"
    )
    yield from (f"- {policy.name}: {policy.source}." for policy in policies if policy.source)


def _better(found: Sequence[Better], own: str) -> str:
    if not found:
        return f"No other policy costs less than {own} and makes Airflow tasks wait less on any of these workloads."
    rows = [
        f"| {item.policy} | {item.workload} | {item.wait.value:.0f} ± {item.wait.spread:.0f} s | "
        f"{item.hours.value:.2f} ± {item.hours.spread:.2f} ({item.hours.value / item.total:.1%}) | "
        f"{'yes' if item.certain else 'no'} |"
        for item in found
    ]
    head = (
        f"Policies that cost less than {own} and make Airflow tasks wait less (seeds compared pairwise; *certain*: "
        "both intervals exclude zero):\n\n| policy | workload | p95 lower by | worker hours fewer by | certain |"
    )
    return "\n".join((head, f"|{'---|' * 5}", *rows))


def _row(result: Result, usd_per_hour: float | None) -> str:
    ratio = "-" if result.ratio.value == 0 else f"{result.ratio.value:.2f} ± {result.ratio.spread:.2f}"
    cells = (
        result.policy,
        f"{result.wait50:.0f}",
        f"{result.wait95.value:.0f} ± {result.wait95.spread:.0f}",
        f"{result.wait99:.0f}",
        str(result.hours),
        "-" if usd_per_hour is None else f"{result.hours.value * usd_per_hour:.2f}",
        ratio,
        f"{result.killed:.0f}",
        f"{result.actions:.0f}",
        f"{result.surplus:.1f}",
        f"{result.missing:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def _file(workload: str) -> str:
    return f"{workload.lower().replace(' ', '-')}.svg"


def write_pictures(results: Results, folder: Path) -> None:
    """Write one SVG file for each workload: worker hours against the 95th percentile of waiting."""
    folder.mkdir(parents=True, exist_ok=True)
    for workload, bound in results.bounds.items():
        found = [result for result in results.of_policies if result.workload == workload]
        (folder / _file(workload)).write_text(_picture(workload, found, bound), encoding="utf-8")


def _picture(workload: str, results: Sequence[Result], bound: Sequence[tuple[float, float]]) -> str:
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
        chart.add(result.policy, [_point(result.wait95.value, result.hours.value)])
    chart.add("clairvoyant bound", [_point(*point) for point in bound], stroke=True, dots_size=3)
    return str(chart.render(is_unicode=True))


def _point(wait: float, hours: float) -> tuple[float, float]:
    return max(1, round(wait)), round(hours, 1)
