"""Writes the generated parts of the pages in docs/: ``.venv/bin/python docs/generate.py [--check]``.

A part is the text between ``<!-- generated: NAME -->`` and ``<!-- end -->``. Measurements (``bench``) are written by
``python -m bench --write`` and are not compared by ``--check``, because they differ from machine to machine.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from generate_costs import costs  # noqa: E402
from generate_executors import executor_costs  # noqa: E402
from generate_features import FeatureError, summary  # noqa: E402

from environments import Environment, load_all, parse  # noqa: E402
from environments.atomic_file import write  # noqa: E402
from environments.derived.parallelism import parallelism  # noqa: E402
from environments.facts.topology import uses_celery  # noqa: E402

TOPOLOGY_TEXT = {
    "sequential": ("one Fargate task, one Airflow task at a time", "evaluation, a few small DAGs"),
    "single": ("one Fargate task with the LocalExecutor", "small teams; scales with a larger Fargate task"),
    "local_executor": (
        "api-servers behind a load balancer, one scheduler with the LocalExecutor",
        "a user interface that stays responsive under load",
    ),
    "ecs": (
        "api-servers, schedulers, and a Fargate task for each Airflow task",
        "few or heavy Airflow tasks with isolation; no worker waits, each start takes about a minute",
    ),
    "celery": (
        "api-servers, schedulers, and worker groups behind a broker",
        "production: each component scales and recovers separately",
    ),
}


def topologies() -> str:
    """A table of the topologies: what each one runs."""
    lines = [
        "| topology | description | ECS services | broker | Airflow tasks at once | suits |",
        "|---|---|---|---|---|---|",
    ]
    for name, (description, suits) in TOPOLOGY_TEXT.items():
        environment = _example(name)
        services = ", ".join(_services(environment))
        broker = "yes" if uses_celery(environment.topology) else "no"
        lines.append(f"| `{name}` | {description} | {services} | {broker} | {parallelism(environment)} | {suits} |")
    return "The key `topology` selects the components (numbers for the default sizes):\n\n" + "\n".join(lines)


def _example(topology: str) -> Environment:
    text = (ROOT / "environments" / "prod.yaml").read_text(encoding="utf-8")
    wanted = {"name", "account_id", "region", "state", "network", "load_balancer", "dags"}
    kept = [block for block in re.split(r"\n(?=\w)", text) if block.split(":")[0] in wanted]
    return parse("\n".join([*kept, f"topology: {topology}", "production: false"]), source=f"{topology}.yaml")


def _services(environment: Environment) -> list[str]:
    from modules.stacks.component_table import components

    names = [row.process.name for row in components(environment)]
    return [*names, *(["one per worker group"] if environment.workers else [])]


def waivers() -> str:
    """Accepted findings of the environments, with their reasons."""
    rows = [
        f"| {environment.name} | {w.rule} | `{w.address}` | {w.reason} | {w.owner} | {w.expires} |"
        for environment in load_all(ROOT / "environments")
        for w in environment.waivers
    ]
    if not rows:
        return "No finding is waived."
    head = ["| environment | rule | address | reason | owner | expires |", "|---|---|---|---|---|---|"]
    return "Findings of the policy gate that an environment accepts until a date:\n\n" + "\n".join([*head, *rows])


def features() -> str:
    """A summary of the feature table: how many rows this project and six other systems have."""
    return (
        "Number of rows of [the feature table](features.md) that each project has. In the column *here* a row\n"
        "counts when a test covers it; in the other columns *partly* counts half, and rows that do not apply are\n"
        "left out.\n"
        "The feature table lists the tiers of the tests and the sources.\n\n"
        f"{summary(ROOT)}"
    )


PARTS: dict[str, Callable[[], str]] = {
    "costs": costs,
    "executor costs": executor_costs,
    "features": features,
    "topologies": topologies,
    "waivers": waivers,
}
PAGES = tuple(ROOT / "docs" / name for name in ("concepts.md", "executors.md", "security.md", "why.md"))


def generated(text: str) -> str:
    """``text`` with every known part generated again."""
    for name, part in PARTS.items():
        pattern = rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)"
        text = re.sub(pattern, lambda found, part=part: f"{found[1]}{part()}\n{found[2]}", text, flags=re.DOTALL)  # type: ignore[misc]
    return text


def main(arguments: list[str]) -> int:
    """Write the pages, or say with exit code 1 which are out of date."""
    outdated = [
        (page, text) for page in PAGES if (text := generated(page.read_text("utf-8"))) != page.read_text("utf-8")
    ]
    for page, text in outdated:
        name = page.relative_to(ROOT)
        if "--check" in arguments:
            print(f"{name} is out of date. Fix: .venv/bin/python docs/generate.py", file=sys.stderr)
        else:
            write(page, text)
            print(f"{name} written. Next: git diff {name}")
    return int("--check" in arguments and bool(outdated))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except FeatureError as error:
        sys.exit(f"{error}")
