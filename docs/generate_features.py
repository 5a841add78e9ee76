"""Write docs/features.md: what the platform must do, which tests show it, and what six other systems do.

``python docs/generate_features.py`` writes; with ``--check`` it writes nothing and exits 1 when the page is stale.
Exit 2: a row or a test is not right.
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

from environments.generated_files import write  # noqa: E402

ROWS, PAGE = "docs/features.yaml", "docs/features.md"
TIERS = ("unit", "policies", "plan", "apply", "image", "live")
SIGNS = {"yes": "yes", "partly": "partly", "no": "no", "n/a": "–"}


class FeatureError(ValueError):
    """A row or a test that the table cannot be made of; the message says which and what to do."""


@dataclass(frozen=True)
class Shown:
    """A test function that carries a row's marker."""

    row: str
    tier: str
    where: str


def tests_of(root: Path) -> Iterator[Shown]:
    """Every test function below ``tests/`` with the rows of its ``@pytest.mark.feature("T5")`` markers."""
    for file in sorted((root / "tests").rglob("test_*.py")):
        tier = next((part for part in file.relative_to(root).parts if part in TIERS), "other")
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for row in _rows_of(node):
                    yield Shown(row, tier, f"{file.relative_to(root)}::{node.name}")


def _rows_of(test: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for decorator in test.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.feature":
            yield from (ast.literal_eval(argument) for argument in decorator.args)


def table(data: Mapping[str, Any], shown: Mapping[str, list[Shown]]) -> str:
    """The rows of ``data`` in Markdown, one table a group."""
    systems = data["systems"]
    heads = ["", "what", "shown by", *(system["title"] for system in systems.values())]
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
    """Rows of each group that a test shows, and that each system has (half of it for *partly*), in Markdown."""
    data, shown = _read(root)
    systems = data["systems"]
    lines = [_line(["", "here", *(one["title"] for one in systems.values())]), _line(["---"] * (2 + len(systems)))]
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


def _proof(shown: list[Shown]) -> str:
    """The tiers that show a row: a number of tests would make the page stale with every test that is added."""
    return ", ".join(tier for tier in (*TIERS, "other") if any(one.tier == tier for one in shown)) or "no test yet"


def page(data: Mapping[str, Any], shown: Mapping[str, list[Shown]]) -> str:
    """The whole of docs/features.md."""
    rows = {row for group in data["groups"] for row in group["rows"]}
    sources = [f"- [{one['title']}]({one['source']}): {one['read']}" for one in data["systems"].values()]
    return "\n".join(
        [
            "# What the platform does, and who shows it",
            "",
            "Written by `python docs/generate_features.py`; do not edit. A row counts when a test shows it: the tests",
            'of row `T5` are marked `@pytest.mark.feature("T5")`; `pytest --feature T5` runs them. *Shown by*: tiers.',
            f"{sum(row in shown for row in rows)} of {len(rows)} rows have a test.",
            "",
            "In the six columns on the right: *yes*, *partly*, *no*, or – where the question does not arise.",
            "",
            table(data, shown),
            "## Sources of the columns",
            "",
            "Read on 2026-11-23, the last two once more on 2026-11-26:",
            "",
            *sources,
            "",
        ]
    )


def checked(data: Any) -> Mapping[str, Any]:
    """``data`` when every row and answer is right. Raises FeatureError."""
    seen: set[str] = set()
    for group in data["groups"]:
        for row, content in group["rows"].items():
            if row in seen:
                raise FeatureError(f"{ROWS}: {row} is listed twice")
            seen.add(row)
            for name, value in (content.get("others") or {}).items():
                if name not in data["systems"] or _answer(value) not in SIGNS:
                    allowed = f"{', '.join(data['systems'])}; {', '.join(SIGNS)}"
                    raise FeatureError(f"{ROWS}: {row}: {name}: {value!r} is none of {allowed}")
    return dict(data)


def by_row(data: Mapping[str, Any], tests: Iterator[Shown]) -> Mapping[str, list[Shown]]:
    """The tests of each row. Raises FeatureError for a test of a row that does not exist."""
    rows = {row for group in data["groups"] for row in group["rows"]}
    found: dict[str, list[Shown]] = defaultdict(list)
    for one in tests:
        if one.row not in rows:
            raise FeatureError(f"{one.where}: there is no row {one.row}. Fix: correct the marker, or add it to {ROWS}")
        found[one.row].append(one)
    return found


def _read(root: Path) -> tuple[Mapping[str, Any], Mapping[str, list[Shown]]]:
    data = checked(yaml.safe_load((root / ROWS).read_text()))
    return data, by_row(data, tests_of(root))


def wanted(root: Path) -> str:
    """The page that the rows and tests of ``root`` lead to."""
    return page(*_read(root))


def main(arguments: list[str], *, root: Path = ROOT) -> int:
    """Write, or with ``--check`` compare; the exit code is explained at the top of this file."""
    file = root / PAGE
    try:
        text = wanted(root)
    except FeatureError as error:
        print(error, file=sys.stderr)
        return 2
    stale = not file.exists() or file.read_text() != text
    if stale and "--check" in arguments:
        print(f"{PAGE} is stale. Fix: python docs/generate_features.py", file=sys.stderr)
        return 1
    if stale:
        write(file, text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
