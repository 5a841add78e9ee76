"""The tables of docs/executors.md: when a Fargate task for each Airflow task is cheaper than workers."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from report.cost.executors import BILLED_START_SECONDS, MINIMUM_SECONDS, Executors  # noqa: E402
from report.cost.prices import price_list  # noqa: E402
from report.cost.profile import HOURS  # noqa: E402

REGION = "eu-central-1"
RUN_TIMES = {"10 seconds": 10, "1 minute": 60, "5 minutes": 300, "1 hour": 3600}


def executor_costs() -> str:
    """Cost of 1,000 Airflow tasks by their run time, and the break-even."""
    prices = price_list(REGION)
    costs = Executors.of(prices)
    rows = [
        f"| {name} | {1000 * costs.on_ecs(seconds):.2f} | {1000 * costs.on_worker(seconds, utilization=1):.2f} |"
        f" {costs.break_even(seconds):.0%} |"
        for name, seconds in RUN_TIMES.items()
    ]
    fixed = HOURS * (costs.broker + costs.worker)
    head = (
        "| an Airflow task runs for | USD for 1,000 as Fargate tasks | USD for 1,000 on workers, all slots busy |"
        " ECS is cheaper when fewer slots are busy than |"
    )
    topologies = (
        f"With topology `celery`, a broker and one worker run all the time: {fixed:.0f} USD a month. "
        f"For the same amount, topology `ecs` runs {costs.free_task_hours:.0f} hours of Airflow tasks a day."
    )
    basis = (
        f"Default sizes, ARM64, on demand, {REGION}, prices of {prices.date}. AWS bills at least {MINIMUM_SECONDS} s "
        f"for a Fargate task. The {BILLED_START_SECONDS} s that it bills before an Airflow task begins are assumed "
        "(`report/cost/executors.py`)."
    )
    return "\n".join([head, "|---|---:|---:|---:|", *rows, "", topologies, "", basis])
