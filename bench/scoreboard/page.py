"""The table of the scoreboard, as text and in docs/policies_compared.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from terraform_gate.files import write_atomically

from bench.scoreboard.scoring import Scored, Tally, tally
from bench.scoreboard.tools import Run

PAGE = Path(__file__).parents[2] / "docs" / "policies_compared.md"
HEADING = "## Public examples\n"
START, END = "<!-- generated: scoreboard -->\n", "<!-- end: scoreboard -->\n"


@dataclass(frozen=True)
class Table:
    """What the page shows.

    Attributes:
        day: ISO date of the run.
        commits: Corpus -> commit.
        scored: All cases.
        runs: The tools that ran.
    """

    day: str
    commits: dict[str, str]
    scored: Sequence[Scored]
    runs: Sequence[Run]

    def lines(self) -> Iterator[str]:
        """Yield the lines of the section in Markdown."""
        versions = "; ".join(f"{run.tool} {run.version} in {run.seconds:.0f} s" for run in self.runs)
        yield f"Measured {self.day}: {versions}. Corpora: {', '.join(f'{k} {v}' for k, v in self.commits.items())}."
        yield ""
        changed = sum(item.is_bad is not item.case.is_bad for item in self.scored)
        yield f"{len(self.scored)} labelled cases; the adjudication changes or leaves out {changed} labels."
        for title, adjudicated in (("Adjudicated", True), ("Labels of the corpora", False)):
            yield ""
            yield from self._table(title, adjudicated=adjudicated)

    def _table(self, title: str, *, adjudicated: bool) -> Iterator[str]:
        tools = [run.tool for run in self.runs]
        yield f"| {title} | cases | {' | '.join(tools)} |"
        yield "|---|---|" + "---|" * len(tools)
        for name, chosen in self._rows():
            counts = [tally(chosen, tool, adjudicated=adjudicated) for tool in tools]
            cases = f"{counts[0].bad} bad, {counts[0].good} good"
            yield f"| {name} | {cases} | {' | '.join(map(_cell, counts))} |"

    def _rows(self) -> Iterator[tuple[str, list[Scored]]]:
        yield "all", list(self.scored)
        yield from self._grouped(lambda item: item.case.corpus)
        yield from self._grouped(lambda item: item.topic.family)

    def _grouped(self, key: Callable[[Scored], str]) -> Iterator[tuple[str, list[Scored]]]:
        for name in dict.fromkeys(map(key, self.scored)):
            yield name, [item for item in self.scored if key(item) == name]


def _cell(counts: Tally) -> str:
    recall = f"{counts.recall:.1%} found" if counts.bad else "no bad case"
    alarms = f"{counts.alarm_rate:.1%} false alarms" if counts.good else "no good case"
    return f"{recall}, {alarms}, {counts.unknown_rate:.1%} unknown"


def section(page: Path = PAGE) -> str:
    """Return the heading and the section of the scoreboard, for a program that writes the rest of the page."""
    _, heading, rest = page.read_text(encoding="utf-8").partition(HEADING)
    return f"\n{heading}{rest}"


def write(table: Table, page: Path = PAGE) -> None:
    """Write the section between the markers of the page.

    Raises:
        ValueError: the markers are missing.
    """
    before, start, rest = page.read_text(encoding="utf-8").partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError(f"{page}: the markers {START.strip()} and {END.strip()} are missing")
    write_atomically(page, f"{before}{start}\n" + "\n".join(table.lines()) + f"\n\n{end}{after}")
