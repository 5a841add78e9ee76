"""Prints ratios with their limits as a table, and writes them into the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from environments import atomic_file


@dataclass(frozen=True, slots=True)
class Row:
    """``value`` compared with the value of ``peer`` in the same unit; ``limit`` is the largest accepted ratio."""

    what: str
    shown: str
    value: float
    peer: str
    peer_value: float
    limit: float | None = None

    @property
    def ratio(self) -> float:
        return self.value / self.peer_value if self.peer_value else float("inf")

    @property
    def kept(self) -> bool:
        return self.limit is None or self.ratio <= self.limit


HEAD = ("measured", "value", "ratio to", "ratio", "limit", "within limit")
START, END = "<!-- generated: bench -->\n", "<!-- end -->"


def cells(row: Row) -> tuple[str, ...]:
    """The cells of the row, in the order of ``HEAD``."""
    limit = "" if row.limit is None else f"{row.limit:.2f}"
    kept = "" if row.limit is None else "yes" if row.kept else "no"
    return (row.what, row.shown, row.peer, f"{row.ratio:.2f}", limit, kept)


def show(title: str, rows: Sequence[Row]) -> None:
    """Print the rows as a table."""
    table = Table(*HEAD, title=title, title_justify="left", box=None)
    for row in rows:
        table.add_row(*cells(row))
    Console(width=140).print(table)


def write(readme: Path, rows: Sequence[Row], *, machine: str) -> None:
    """Write the rows between the markers of ``readme``.

    Raises:
        ValueError: the markers are missing.
    """
    text = readme.read_text()
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError(f"{readme}: the markers {START.strip()} and {END} are missing")
    lines = [f"| {' | '.join(HEAD)} |", "|" + "---|" * len(HEAD), *(f"| {' | '.join(cells(row))} |" for row in rows)]
    table = "\n".join(lines)
    atomic_file.write(readme, f"{before}{start}{table}\n\n{machine}\n{end}{after}")
