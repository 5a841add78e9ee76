"""Problems in environment files, with the path of the key and the fix."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One problem in an environment file.

    Attributes:
        path: the key, such as ``workers[0].memory_mib``; empty for the file as a whole.
        message: the problem, the value, the allowed values and the fix.
    """

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class InvalidEnvironment(Exception):
    """All problems of one or more environment files; ``str()`` has one line for each problem."""

    def __init__(self, source: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        self.lines = tuple(f"{source}: {problem}" for problem in self.problems)
        super().__init__("\n".join(self.lines))

    @classmethod
    def together(cls, errors: Sequence[InvalidEnvironment]) -> InvalidEnvironment:
        """One exception with the problems of all ``errors``."""
        joined = cls("", ())
        joined.problems = tuple(problem for error in errors for problem in error.problems)
        joined.lines = tuple(line for error in errors for line in error.lines)
        joined.args = ("\n".join(joined.lines),)
        return joined


def nearest(word: str, known: Iterable[str]) -> str:
    """``"; did you mean 'region'?"`` when a known word resembles ``word``, else an empty text."""
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.6)
    return f"; did you mean {by_lower[close[0]]!r}?" if close else ""


def listed(words: Iterable[object]) -> str:
    """``a, b or c``."""
    *head, last = [str(word) for word in words]
    return f"{', '.join(head)} or {last}" if head else last
