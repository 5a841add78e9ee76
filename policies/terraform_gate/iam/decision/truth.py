"""Three-valued logic: ``None`` means that the answer depends on a value that is not known."""

from __future__ import annotations

from collections.abc import Iterable

Truth = bool | None


def any_of(answers: Iterable[Truth]) -> Truth:
    """Return True if any answer is True, else None if any is unknown, else False."""
    result: Truth = False
    for answer in answers:
        if answer:
            return True
        if answer is None:
            result = None
    return result


def all_of(answers: Iterable[Truth]) -> Truth:
    """Return False if any answer is False, else None if any is unknown, else True."""
    result: Truth = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            result = None
    return result


def negated(answer: Truth) -> Truth:
    """Return the negated answer; an unknown answer stays unknown."""
    return None if answer is None else not answer
