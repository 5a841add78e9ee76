"""Problems in environment files, with the path of the key and the fix."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from environments.secret_text import MASK, SECRET_NAME, masked

FIX = "Fix:"
DEFAULT_FIX = "change the value"
"""For a message whose allowed values already say how to change it."""
MOST_PROBLEMS = 40
"""Problems of one file that are printed; a last line has the number of the others."""
MAX_SHOWN_CHARACTERS = 120
"""Characters of a value in a message."""
MOST_CHARACTERS = 2000
"""Characters of one problem that are printed."""


@dataclass(frozen=True)
class Problem:
    """One problem in an environment file.

    Attributes:
        path: the key, such as ``workers[0].memory_mib``; empty for the file as a whole.
        message: the problem, the value, the allowed values and the fix.

    Path and message are stored without secrets and control characters, because a terminal and a CI log show them.
    """

    path: str
    message: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", shortened(printable(masked(self.path)), 200))
        fix = "add the key" if self.message.startswith("missing") else DEFAULT_FIX
        end = " " if self.message.endswith("?") else ". "
        text = self.message if FIX in self.message else f"{self.message}{end}{FIX} {fix}"
        object.__setattr__(self, "message", _shortened_before_fix(printable(masked(text))))

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class InvalidEnvironment(Exception):
    """All problems of one or more environment files; ``str()`` has one line for each problem."""

    def __init__(self, source: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        lines = [f"{printable(source)}: {problem}" for problem in self.problems[:MOST_PROBLEMS]]
        more = len(self.problems) - MOST_PROBLEMS
        if more > 0:
            lines.append(f"{printable(source)}: {more} more problems. Fix: correct the ones above first")
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))

    @classmethod
    def together(cls, errors: Sequence[InvalidEnvironment]) -> InvalidEnvironment:
        """One exception with the problems of all ``errors``."""
        joined = cls("", ())
        joined.problems = tuple(problem for error in errors for problem in error.problems)
        joined.lines = tuple(line for error in errors for line in error.lines)
        joined.args = ("\n".join(joined.lines),)
        return joined


def printable(text: str) -> str:
    """``text`` with control characters, line breaks and marks of text direction as escapes.

    >>> printable("a\\x1b[31m\\u202eb")
    'a\\\\x1b[31m\\\\u202eb'
    """
    return "".join(char.encode("unicode_escape").decode() if is_unprintable(char) else char for char in text)


def is_unprintable(char: str) -> bool:
    """Tell whether ``char`` is invisible or changes how a terminal shows the text around it."""
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def shown(value: object, *, key: str = "") -> str:
    """``value`` of ``key`` as YAML writes it, shortened, without secrets."""
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return MASK if SECRET_NAME.search(key) else shortened(masked(repr(value)), MAX_SHOWN_CHARACTERS)


def shortened(text: str, most: int) -> str:
    """``text`` with at most ``most`` characters."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _shortened_before_fix(text: str) -> str:
    """``text`` with at most MOST_CHARACTERS characters, and with its fix where a long value comes before the fix."""
    problem, fix = text[: text.rfind(FIX)], text[text.rfind(FIX) :]
    room = MOST_CHARACTERS - len(fix) - 1
    return shortened(text, MOST_CHARACTERS) if room < len(FIX) else f"{shortened(problem.rstrip(), room)} {fix}"


def nearest(word: str, known: Iterable[str]) -> str:
    """``"; did you mean 'region'?"`` when a known word resembles ``word``, else an empty text."""
    word = word[:64]  # difflib compares in quadratic time
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.6)
    return f"; did you mean {by_lower[close[0]]!r}?" if close else ""


def listed(words: Iterable[object]) -> str:
    """``a, b or c``."""
    *head, last = [str(word) for word in words]
    return f"{', '.join(head)} or {last}" if head else last
