"""Counts hits, false alarms and unknown verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from terraform_gate.finding import Verdict

from bench.scoreboard.case import Case
from bench.scoreboard.corpora import folder_of
from bench.scoreboard.mapping import Topic
from bench.scoreboard.tools import SEVERITY, Run, checks_of, plain, without_data

Neighbours = Mapping[str, Mapping[str, set[str]]]


def verdict_of(case: Case, topic: Topic, run: Run, neighbours: Neighbours) -> Verdict:
    """Return a tool's verdict on the claim of a case.

    A label about a resource takes the verdicts on that resource, and where the tool has none, those on resources that
    refer to it or that it refers to. Nothing found in a folder that the tool could not read is unknown.
    """
    folder = folder_of(case)
    checks = checks_of(run.tool, topic.ids)
    found = [(address, verdict) for check in checks for address, verdict in run.found[folder][check].items()]
    chosen = [verdict for _, verdict in found]
    if case.address:
        own = without_data(case.address)
        near = {plain(address) for address in neighbours.get(folder, {}).get(plain(own), ())}
        chosen = (
            [verdict for address, verdict in found if address == own]
            or [verdict for address, verdict in found if plain(address) == plain(own)]
            or [verdict for address, verdict in found if plain(address) in near]
        )
    if not chosen and folder in run.unread:
        return Verdict.UNKNOWN
    return max(chosen, key=SEVERITY.__getitem__, default=Verdict.PASS)


@dataclass
class Tally:
    """Counts of one tool in one row of the table."""

    bad: int = 0
    found: int = 0
    good: int = 0
    alarms: int = 0
    unknown: int = 0

    def add(self, verdict: Verdict, *, is_bad: bool) -> None:
        """Count a verdict."""
        self.bad += is_bad
        self.good += not is_bad
        self.found += is_bad and verdict is Verdict.FAIL
        self.alarms += not is_bad and verdict is Verdict.FAIL
        self.unknown += verdict is Verdict.UNKNOWN

    @property
    def recall(self) -> float:
        """Share of the bad cases that were found."""
        return self.found / self.bad if self.bad else 1.0

    @property
    def alarm_rate(self) -> float:
        """Share of the good cases with a finding."""
        return self.alarms / self.good if self.good else 0.0

    @property
    def unknown_rate(self) -> float:
        """Share of all cases without a verdict."""
        return self.unknown / max(self.bad + self.good, 1)


@dataclass(frozen=True)
class Scored:
    """A case with the verdicts of the tools.

    Attributes:
        case: The case, with the label of the corpus.
        topic: Its claim.
        is_bad: The adjudicated label; None where the case is left out.
        verdicts: Tool -> verdict.
    """

    case: Case
    topic: Topic
    is_bad: bool | None
    verdicts: Mapping[str, Verdict]


def tally(scored: Iterable[Scored], tool: str, *, adjudicated: bool) -> Tally:
    """Count the verdicts of one tool, by the labels of the corpora or by the adjudicated ones."""
    result = Tally()
    for item in scored:
        label = item.is_bad if adjudicated else item.case.is_bad
        if label is not None:
            result.add(item.verdicts[tool], is_bad=label)
    return result
