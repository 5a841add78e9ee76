"""Writes the generated parts of README.md: ``.venv/bin/python docs/generate.py [--check]``.

A part is the text between ``<!-- generated: NAME -->`` and ``<!-- end -->``. ``make bench ARGS=--write`` writes the
measurements (``bench``); ``--check`` ignores them, because they differ between machines.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from generate_features import summary  # noqa: E402

from environments import Environment, load_all, parse  # noqa: E402
from environments.facts.parallelism import parallelism  # noqa: E402

TOPOLOGIES = {
    "sequential": ("one container, one Airflow task at a time", "a first look, a handful of small DAGs"),
    "single": ("one container, LocalExecutor", "small teams; scales with the size of the Fargate task"),
    "local": (
        "web servers behind a load balancer, one scheduler with LocalExecutor",
        "a UI that stays available under load",
    ),
    "celery": (
        "web servers, schedulers, and workers through Redis",
        "production: every component scales and recovers independently",
    ),
}


def topologies() -> str:
    """A table of the topologies: services, broker, number of concurrent Airflow tasks."""
    lines = [
        "| topology | processes | ECS services | broker | concurrent Airflow tasks | suits |",
        "|---|---|---|---|---|---|",
    ]
    for name, (processes, suits) in TOPOLOGIES.items():
        environment = _example(name)
        services = ", ".join(_services(environment))
        broker = "yes" if name == "celery" else "no"
        lines.append(f"| `{name}` | {processes} | {services} | {broker} | {parallelism(environment)} | {suits} |")
    return "The key `topology` selects the components (numbers for the default sizes):\n\n" + "\n".join(lines)


def _example(topology: str) -> Environment:
    text = (ROOT / "environments" / "prod.yaml").read_text(encoding="utf-8")
    kept_keys = {"name", "account_id", "region", "state", "network", "load_balancer", "dags"}
    kept = [block for block in re.split(r"\n(?=\w)", text) if block.split(":")[0] in kept_keys]
    return parse("\n".join([*kept, f"topology: {topology}", "production: false"]), source=f"{topology}.yaml")


def _services(environment: Environment) -> list[str]:
    from modules.stacks.component_table import components

    names = [row.process.name for row in components(environment)]
    return [*names, *(["one per worker group"] if environment.workers else [])]


def waivers() -> str:
    """A table of the findings that environments waive, with their reasons."""
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
    """The feature table in short: rows that a test covers, compared with six other systems."""
    return (
        "Rows of [the feature table](docs/features.md) that a test covers here, and that alternatives have. *Partly*\n"
        "counts half; rows that do not apply to a system are left out. The table names the tests and the sources.\n\n"
        f"{summary(ROOT)}"
    )


PARTS: dict[str, Callable[[], str]] = {"features": features, "topologies": topologies, "waivers": waivers}


def generated(text: str) -> str:
    """``text`` with every generated part replaced."""
    for name, part in PARTS.items():
        pattern = rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)"
        text = re.sub(pattern, lambda found, part=part: f"{found[1]}{part()}\n{found[2]}", text, flags=re.DOTALL)  # type: ignore[misc]
    return text


def main(arguments: list[str]) -> int:
    """Write README.md; with ``--check`` only compare, and return exit code 1 when it is out of date."""
    readme = ROOT / "README.md"
    before = readme.read_text(encoding="utf-8")
    after = generated(before)
    if "--check" in arguments:
        if before != after:
            print("README.md is out of date. Fix: .venv/bin/python docs/generate.py", file=sys.stderr)
        return int(before != after)
    readme.write_text(after, encoding="utf-8")
    print("README.md written. Next: git diff README.md")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
