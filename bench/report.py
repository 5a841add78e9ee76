"""Ratios as a table, with the limits that we set ourselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """``value`` beside ``peer``'s, in the same unit; ``limit`` is the largest ratio that we accept, if any."""

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


def show(title: str, rows: Sequence[Row]) -> None:
    """Print the rows as a table."""
    table = Table(
        "measured", "value", "ratio to", "ratio", "limit", "kept", title=title, title_justify="left", box=None
    )
    for row in rows:
        limit = "" if row.limit is None else f"{row.limit:.2f}"
        kept = "" if row.limit is None else "yes" if row.kept else "NO"
        table.add_row(row.what, row.shown, row.peer, f"{row.ratio:.2f}", limit, kept)
    Console(width=140).print(table)
