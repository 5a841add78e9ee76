"""The table of monthly costs in docs/why.md: this project at three sizes, and its alternatives."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from environments import Environment, load  # noqa: E402
from report.cost.estimate import Estimate, estimate  # noqa: E402
from report.cost.prices import price_list  # noqa: E402
from report.cost.profile import ASSUMED, HOURS  # noqa: E402
from report.source import read_source  # noqa: E402

SIZES = ("small", "medium", "large")
FOLDER = ROOT / "examples" / "environments"
ALTERNATIVES: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "alternative_prices.yaml").read_text("utf-8"))


@dataclass(frozen=True)
class Size:
    """The monthly costs of one size in USD."""

    name: str
    environment: Environment
    estimate: Estimate

    @property
    def ours(self) -> float:
        return self.estimate.total

    @property
    def network(self) -> float:
        """NAT gateways and endpoints, which every alternative needs too."""
        return sum(cost or 0 for key, cost in self.estimate.by("key").items() if key.startswith("network"))

    @property
    def eks(self) -> float:
        """The same resources, and the control plane of Kubernetes."""
        return self.ours + float(ALTERNATIVES["eks_cluster_hour"]) * HOURS

    @property
    def average_tasks(self) -> float:
        """Slots for Airflow tasks of the average number of workers."""
        share = ASSUMED.busy_share
        groups = self.environment.workers
        return sum((g.min_count + (g.max_count - g.min_count) * share) * g.concurrency for g in groups)

    @property
    def more_workers(self) -> float:
        """Average number of MWAA workers in addition to the one in the price of the environment."""
        return max(self.average_tasks / self._class["tasks_per_worker"] - 1, 0)

    @property
    def mwaa(self) -> float:
        hourly = self._class["environment_hour"] + self.more_workers * self._class["worker_hour"]
        storage = self._class["database_gb"] * ALTERNATIVES["mwaa_database_gb_month"]
        return float(hourly * HOURS + storage + self.network)

    @property
    def _class(self) -> dict[str, Any]:
        return dict(ALTERNATIVES["mwaa"][self.name])


def sizes() -> Iterator[Size]:
    """The environments in examples/environments with their costs."""
    from modules.core.app import app
    from modules.stacks.deployment import deployments

    with tempfile.TemporaryDirectory() as folder:
        with app(folder) as synthesis:
            deployments(synthesis, [load(FOLDER / f"{name}.yaml") for name in SIZES])
        for name in SIZES:
            source = read_source(name, environments=FOLDER, stacks=Path(folder) / "stacks")
            prices = price_list(source.environment.region)
            cost = estimate(source.configuration, source.environment, prices=prices, profile=ASSUMED)
            yield Size(name, source.environment, cost)


def costs() -> str:
    """The table, and what it assumes."""
    found = list(sizes())
    prices = found[0].estimate.prices
    rows = [
        ("this project", [size.ours for size in found]),
        ("other Terraform modules, same resources", [size.ours for size in found]),
        ("Helm chart on EKS", [size.eks for size in found]),
        ("Amazon MWAA", [size.mwaa for size in found]),
    ]
    lines = [
        "| USD a month | " + " | ".join(size.name for size in found) + " |",
        "|---|" + "---:|" * len(found),
        *(f"| {what} | {' | '.join(f'{cost:,.0f}' for cost in costs)} |" for what, costs in rows),
    ]
    workers = ", ".join(f"{size.name} {size.more_workers:.1f}" for size in found)
    missing = sorted({line.item.price for size in found for line in size.estimate.unknown})
    notes = [
        f"Prices of {prices.region}: {prices.date} (this project), {ALTERNATIVES['date']} (MWAA, EKS).",
        f"Average number of additional MWAA workers, for as many slots as the workers of this project have: {workers}.",
        *([f"Not included, because the price is not known: {', '.join(missing)}."] if missing else []),
    ]
    return "\n".join(lines) + "\n\n" + "\n".join(notes)
