"""Writes docs/features.md: features of the platform, the tests that cover them, and a comparison with six systems.

``.venv/bin/python docs/generate_features.py`` writes the page; ``--check`` only compares it.
Exit codes: 0 current or written, 1 out of date, 2 a row or a marker is invalid.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from environments import atomic_file  # noqa: E402

ROWS, PAGE = "docs/features.yaml", "docs/features.md"
TIERS = ("unit", "policies", "plan", "apply", "image", "live")
SIGNS = {"yes": "yes", "partly": "partly", "no": "no", "n/a": "–"}


class FeatureError(ValueError):
    """A row or a marker is invalid; the message names it and the fix."""


@dataclass(frozen=True)
class Coverage:
    """A test function that carries a row's marker."""

    row: str
    tier: str
    where: str


def tests_of(root: Path) -> Iterator[Coverage]:
    """Every test function below ``tests/`` with the rows of its ``@pytest.mark.feature("T5")`` markers."""
    for file in sorted((root / "tests").rglob("test_*.py")):
        tier = next((part for part in file.relative_to(root).parts if part in TIERS), "other")
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for row in _rows_of(node):
                    yield Coverage(row, tier, f"{file.relative_to(root)}::{node.name}")


def _rows_of(test: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for decorator in test.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.feature":
            yield from (ast.literal_eval(argument) for argument in decorator.args)


def table(data: Mapping[str, Any], shown: Mapping[str, list[Coverage]]) -> str:
    """The rows of ``data`` in Markdown, one table a group."""
    systems = data["systems"]
    heads = ["", "feature", "covered by", *(system["title"] for system in systems.values())]
    lines: list[str] = []
    for group in data["groups"]:
        lines += [f"### {group['name']}", "", _line(heads), _line(["---"] * len(heads))]
        for row, content in group["rows"].items():
            others = content.get("others") or {}
            cells = [SIGNS[_answer(others.get(name, "no"))] for name in systems]
            lines.append(_line([row, content["text"], _proof(shown.get(row, [])), *cells]))
        lines.append("")
    return "\n".join(lines)


def summary(root: Path) -> str:
    """Rows of each group that a test covers, and that each system has (*partly* counts half), in Markdown."""
    data, shown = _read(root)
    systems = data["systems"]
    titles = [system["title"] for system in systems.values()]
    lines = [_line(["", "here", *titles]), _line(["---"] * (2 + len(systems)))]
    for group in data["groups"]:
        rows = group["rows"]
        here = f"{sum(row in shown for row in rows)} of {len(rows)}"
        lines.append(_line([group["name"], here, *(_share(rows, name) for name in systems)]))
    return "\n".join(lines)


def _share(rows: Mapping[str, Any], system: str) -> str:
    answers = [_answer((content.get("others") or {}).get(system, "no")) for content in rows.values()]
    asked = [answer for answer in answers if answer != "n/a"]
    worth = sum({"yes": 1.0, "partly": 0.5}.get(answer, 0.0) for answer in asked)
    return f"{worth:g} of {len(asked)}" if asked else SIGNS["n/a"]


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _answer(value: object) -> str:
    """YAML reads a bare yes as true."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _proof(shown: list[Coverage]) -> str:
    """The tiers whose tests cover a row. The number of tests is left out: it would change with every new test."""
    return ", ".join(tier for tier in (*TIERS, "other") if any(test.tier == tier for test in shown)) or "no test yet"


def page(data: Mapping[str, Any], shown: Mapping[str, list[Coverage]]) -> str:
    """The content of docs/features.md."""
    rows = {row for group in data["groups"] for row in group["rows"]}
    sources = [f"- [{system['title']}]({system['source']}): {system['read']}" for system in data["systems"].values()]
    return "\n".join(
        [
            "# Features and the tests that cover them",
            "",
            "Written by `docs/generate_features.py` from `docs/features.yaml`; do not edit. A row counts when a test",
            'covers it. Tests of row `T5` are marked `@pytest.mark.feature("T5")`; `pytest --feature T5` runs them.',
            "*Covered by* lists their tiers.",
            f"{sum(row in shown for row in rows)} of {len(rows)} rows have a test.",
            "",
            "The six columns on the right say *yes*, *partly* or *no*; – means that the row does not apply.",
            "",
            table(data, shown),
            "## Sources of the columns",
            "",
            "Read on 2026-11-23; the last two again on 2026-11-26:",
            "",
            *sources,
            "",
        ]
    )


def checked(data: Any) -> Mapping[str, Any]:
    """``data``, after every row and answer was validated. Raises FeatureError."""
    seen: set[str] = set()
    for group in data["groups"]:
        for row, content in group["rows"].items():
            if row in seen:
                raise FeatureError(f"{ROWS}: {row} is listed twice")
            seen.add(row)
            for name, value in (content.get("others") or {}).items():
                if name not in data["systems"] or _answer(value) not in SIGNS:
                    allowed = f"{', '.join(data['systems'])}; {', '.join(SIGNS)}"
                    raise FeatureError(f"{ROWS}: {row}: {name}: {value!r} is not allowed. Allowed: {allowed}")
    return dict(data)


def by_row(data: Mapping[str, Any], tests: Iterator[Coverage]) -> Mapping[str, list[Coverage]]:
    """The tests of each row. Raises FeatureError for a test of a row that does not exist."""
    rows = {row for group in data["groups"] for row in group["rows"]}
    found: dict[str, list[Coverage]] = defaultdict(list)
    for test in tests:
        if test.row not in rows:
            fix = f"Fix: correct the marker, or add it to {ROWS}"
            raise FeatureError(f"{test.where}: there is no row {test.row}. {fix}")
        found[test.row].append(test)
    return found


def _read(root: Path) -> tuple[Mapping[str, Any], Mapping[str, list[Coverage]]]:
    data = checked(yaml.safe_load((root / ROWS).read_text()))
    return data, by_row(data, tests_of(root))


def wanted(root: Path) -> str:
    """The page for the rows and tests of ``root``."""
    return page(*_read(root))


def main(arguments: list[str], *, root: Path = ROOT) -> int:
    """Write the page, or compare it with ``--check``; returns the exit code that the module docstring explains."""
    file = root / PAGE
    try:
        text = wanted(root)
    except FeatureError as error:
        print(error, file=sys.stderr)
        return 2
    stale = not file.exists() or file.read_text() != text
    if stale and "--check" in arguments:
        print(f"{PAGE} is out of date. Fix: .venv/bin/python docs/generate_features.py", file=sys.stderr)
        return 1
    if stale:
        atomic_file.write(file, text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
