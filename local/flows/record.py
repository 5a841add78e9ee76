"""The file that keeps what failed without each declared flow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from environments.atomic_file import write
from local.repository import ROOT

KEPT = ROOT / "docs" / "flows.yaml"
HEAD = """# Written by make flows: the declared flows, and what failed while one was removed, by topology.
# An empty text has a reason in local/flows/reasons.py.
"""


@dataclass(frozen=True, kw_only=True, order=True)
class Trial:
    """A declared flow that was removed from a running environment.

    Args:
        source: name of the endpoint that opens the connections.
        destination: name of the endpoint that accepts them.
        service: protocol and port, ``tcp/5432``.
        why: what the flow is declared for.
        failed: what failed without the flow, by topology; empty where nothing did.
    """

    source: str
    destination: str
    service: str
    why: str = field(compare=False)
    failed: Mapping[str, str] = field(compare=False, default_factory=dict)

    @property
    def name(self) -> str:
        """The flow as text.

        >>> Trial(source="scheduler", destination="broker", service="tcp/6379", why="").name
        'scheduler -> broker tcp/6379'
        """
        return f"{self.source} -> {self.destination} {self.service}"

    @property
    def kind(self) -> str:
        """The flow without the names of worker groups, which every environment chooses.

        >>> Trial(source="worker-heavy", destination="broker", service="tcp/6379", why="").kind
        'worker-* -> broker tcp/6379'
        """
        return re.sub(r"\bworker-[a-z0-9-]+(?= |$)", "worker-*", self.name)

    @property
    def observed(self) -> list[str]:
        """The different failures that were observed."""
        return list(dict.fromkeys(text for text in self.failed.values() if text))

    def with_result(self, topology: str, text: str) -> Trial:
        """The trial with what failed in one more topology."""
        return replace(self, failed={**self.failed, topology: text})


def keep(trials: Iterable[Trial], *, path: Path = KEPT) -> None:
    """Write the trials; a reader sees the whole old file or the whole new one."""
    rows = [
        {
            "from": trial.source,
            "to": trial.destination,
            "service": trial.service,
            "why": trial.why,
            "without": dict(trial.failed),
        }
        for trial in sorted(trials)
    ]
    write(path, HEAD + yaml.safe_dump(rows, sort_keys=False, width=200))


def kept(*, path: Path = KEPT) -> list[Trial]:
    """Read the trials; none where the file does not exist.

    Raises:
        ValueError: the file is not a record; the message names it and the fix.
    """
    if not path.exists():
        return []
    try:
        return [
            Trial(
                source=row["from"],
                destination=row["to"],
                service=row["service"],
                why=row["why"],
                failed=dict(row["without"]),
            )
            for row in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or []
        ]
    except (yaml.YAMLError, TypeError, KeyError, ValueError) as error:
        raise ValueError(f"{path}: not a record of flows ({type(error).__name__}). Fix: make flows") from None
