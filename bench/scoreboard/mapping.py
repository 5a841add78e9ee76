"""The mapping file: which checks of the tools make the same claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.scoreboard.case import CorpusError

FILE = Path(__file__).with_name("mapping.yaml")
_KEYS = frozenset({"checkov", "trivy", "gate", "labels"})


@dataclass(frozen=True)
class Topic:
    """One claim.

    Attributes:
        family: The row of the table.
        name: The claim.
        ids: Ids of the checks that make it, by tool; ``labels`` are labels of corpora that are no check of a tool.
    """

    family: str
    name: str
    ids: Mapping[str, frozenset[str]]


def topics(file: Path = FILE) -> dict[str, Topic]:
    """Read the mapping: id of a check of a corpus -> topic.

    Raises:
        CorpusError: an unknown key, or a check in two topics.
    """
    found: dict[str, Topic] = {}
    for family, named in yaml.safe_load(file.read_text(encoding="utf-8")).items():
        for name, ids in named.items():
            if unknown := sorted(set(ids) - _KEYS):
                raise CorpusError(f"{file}: {family}: {name}: {unknown[0]!r}. Fix: use {', '.join(sorted(_KEYS))}")
            topic = Topic(family, name, {key: frozenset(ids.get(key, ())) for key in _KEYS})
            for check in (*topic.ids["checkov"], *topic.ids["trivy"], *topic.ids["labels"]):
                if check in found:
                    raise CorpusError(f"{file}: {family}: {name}: {check} is in two topics. Fix: remove one")
                found[check] = topic
    return found
