"""The adjudication file: labels that are wrong by AWS's semantics, each with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from bench.scoreboard.case import Case, CorpusError

FILE = Path(__file__).with_name("adjudication.yaml")
_LABELS = {"bad": True, "good": False, "left out": None}


@dataclass(frozen=True)
class Decision:
    """A label of ours.

    Attributes:
        cases: Keys of cases; ``*`` matches any text.
        is_bad: The label; None to leave the case out.
        reason: Why, by AWS's semantics.
    """

    cases: tuple[str, ...]
    is_bad: bool | None
    reason: str


def decisions(file: Path = FILE) -> tuple[Decision, ...]:
    """Read the file.

    Raises:
        CorpusError: an entry without cases, label or reason.
    """
    found = []
    for number, entry in enumerate(yaml.safe_load(file.read_text(encoding="utf-8")) or (), start=1):
        if set(entry) != {"cases", "label", "reason"} or entry["label"] not in _LABELS or not entry["reason"]:
            allowed = ", ".join(_LABELS)
            raise CorpusError(f"{file}: entry {number}: Fix: give cases, a reason and a label ({allowed})")
        found.append(Decision(tuple(entry["cases"]), _LABELS[entry["label"]], entry["reason"]))
    return tuple(found)


def label_of(case: Case, listed: Iterable[Decision]) -> bool | None:
    """Return the adjudicated label of a case: the last decision that matches, else the label of the corpus."""
    label: bool | None = case.is_bad
    for decision in listed:
        if any(fnmatchcase(case.key, pattern.replace("[", "[[]")) for pattern in decision.cases):
            label = decision.is_bad
    return label


def unused(listed: Iterable[Decision], cases: Iterable[Case], corpora: Iterable[str]) -> list[str]:
    """List the keys that match no case, of the corpora that were read."""
    keys, read = [case.key for case in cases], set(corpora)
    patterns = [pattern for decision in listed for pattern in decision.cases]
    ours = (pattern for pattern in patterns if pattern.partition("/")[0] in read)
    return [item for item in ours if not any(fnmatchcase(key, item.replace("[", "[[]")) for key in keys)]
