"""The arrows between constructs are checked by import-linter; here: that it looks at every construct."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
# They bring constructs together, or are no construct at all.
PARTS_OF_STACKS = {
    "airflow",
    "airflow_services",
    "bootstrap",
    "deployment",
    "door",
    "environment_stack",
    "foundation",
    "foundation_logs",
    "foundation_network",
    "maintenance",
    "offer",
    "options",
    "topology",
    "watches",
}


def test_every_file_is_a_construct_that_stands_alone_or_a_part_of_a_stack() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    by_name = {contract["name"]: contract for contract in contracts}
    alone = by_name["constructs do not import each other"]["modules"]
    plain = by_name["constructs take plain values, never an Environment"]["source_modules"]
    files = {path.stem for path in (ROOT / "modules").glob("*.py")} - {"__init__"}
    assert alone == plain == [f"modules.{name}" for name in sorted(files - PARTS_OF_STACKS)]
    assert files > PARTS_OF_STACKS
    above = by_name["the core knows no construct and no stack"]["forbidden_modules"]
    assert above == sorted([*(f"modules.{name}" for name in files), "modules.export"])
