"""Releases of the modules, their version numbers (https://semver.org), and the version that changes demand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from modules.export import interface
from modules.export.changes import Change, Step
from modules.export.upgrade_proof import Proof

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """MAJOR.MINOR.PATCH."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """The version ``text``.

        Raises:
            ValueError: ``text`` is not three numbers with dots.
        """
        found = _VERSION.fullmatch(text)
        if found is None:
            raise ValueError(f"version {text!r} is not MAJOR.MINOR.PATCH, for example 1.2.0")
        return cls(*(int(part) for part in found.groups()))

    def raised(self, step: Step) -> Version:
        """The lowest version after this one that a change of ``step`` permits.

        >>> str(Version(1, 4, 2).raised(Step.MINOR))
        '1.5.0'
        """
        if step is Step.MAJOR:
            return Version(self.major + 1, 0, 0)
        return Version(self.major, self.minor + 1, 0) if step is Step.MINOR else self._patched()

    def _patched(self) -> Version:
        return Version(self.major, self.minor, self.patch + 1)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


class ReleaseError(ValueError):
    """The modules cannot be released with this version; the message says why."""


@dataclass(slots=True, kw_only=True)
class Release:
    """A version of all modules.

    Attributes:
        last: the released version, if any.
        changes: changes of each module that was released before, by name.
        new: names of modules that were not released before.
        removed: names of released modules that no longer exist.
        proof: the upgrade proof, if it was made.
    """

    version: Version
    date: str
    last: Version | None
    changes: Mapping[str, list[Change]]
    new: tuple[str, ...]
    removed: tuple[str, ...]
    proof: Proof | None = None

    @property
    def demanded(self) -> Step:
        """The part of the version that the comparison demands to raise."""
        steps = [interface.verdict(changes) for changes in self.changes.values()]
        steps += [Step.MAJOR for _ in self.removed] + [Step.MINOR for _ in self.new]
        return max(steps, default=Step.NONE)

    def require(self, step: Step, *, because: str = "") -> None:
        """Check that the version is at least what ``step`` demands after the released version.

        Raises:
            ReleaseError: it is lower.
        """
        lowest = self.last.raised(step) if self.last else self.version
        if self.version < lowest:
            reason = because or f"the changes since {self.last} are {step.name.lower()}"
            raise ReleaseError(
                f"version {self.version} is too low: {reason}. Fix: .venv/bin/python -m modules.export.release {lowest}"
            )
