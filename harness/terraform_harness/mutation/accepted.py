"""Survivors that are accepted: a file of patterns, each with the reason why no detector reports these mutants."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from terraform_harness.extras import require_extra
from terraform_harness.mutation.mutant import Mutant


class AcceptedError(ValueError):
    """The file cannot be read; the message names the entry and the fix."""


@dataclass(frozen=True, slots=True)
class AcceptedSurvivors:
    """Mutants that may survive.

    Attributes:
        mutants: Patterns of ``stack: address: operator: change``; ``*`` matches any text.
        reason: Why no detector reports them.
    """

    mutants: tuple[str, ...]
    reason: str

    def accepts(self, mutant: Mutant) -> bool:
        """Return whether a pattern matches the mutant."""
        return any(fnmatchcase(str(mutant), pattern.replace("[", "[[]")) for pattern in self.mutants)


def read_accepted(file: Path) -> tuple[AcceptedSurvivors, ...]:
    """Read a YAML list of objects with ``mutants`` and ``reason``.

    Raises:
        AcceptedError: The file cannot be read, or an entry has no pattern or no reason.
        MissingExtra: PyYAML is not installed.
    """
    require_extra("policies", "yaml")
    import yaml

    try:
        entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise AcceptedError(f"{file}: {reason}. Fix: give a YAML list of mutants and reason") from error
    if not isinstance(entries, list):
        raise AcceptedError(f"{file}: a list is expected. Fix: give entries with mutants and reason")
    return tuple(_entry(entry, f"{file}: entry {number}") for number, entry in enumerate(entries, start=1))


def _entry(entry: object, where: str) -> AcceptedSurvivors:
    if not isinstance(entry, dict) or set(entry) != {"mutants", "reason"}:
        raise AcceptedError(f"{where}: an object with mutants and reason is expected. Fix: give exactly these keys")
    patterns, reason = entry["mutants"], entry["reason"]
    if not isinstance(patterns, list) or not patterns or not all(isinstance(item, str) for item in patterns):
        raise AcceptedError(f"{where}: mutants: a list of patterns is expected. Fix: mutants: ['*: drop_rule: *']")
    if not isinstance(reason, str) or not reason.strip():
        raise AcceptedError(f"{where}: reason is empty. Fix: say why no rule and no test reports these mutants")
    return AcceptedSurvivors(tuple(patterns), " ".join(reason.split()))
