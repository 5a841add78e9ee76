"""The registry of rules. A rule declares which top-level keys it reads, so it runs although another key is invalid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from environments.errors import Problem
from environments.model import Environment

Check = Callable[[Environment], Iterable[Problem]]


@dataclass(frozen=True)
class Rule:
    """One check, and the top-level keys of the environment that it reads."""

    check: Check
    reads: frozenset[str]


RULES: list[Rule] = []


def rule(*reads: str) -> Callable[[Check], Check]:
    """Decorate a function that yields the problems of an environment whose top-level keys ``reads`` are valid."""

    def register(check: Check) -> Check:
        RULES.append(Rule(check=check, reads=frozenset(reads)))
        return check

    return register


def violations(environment: Environment, *, readable: frozenset[str] | None = None) -> Iterator[Problem]:
    """Problems that the rules find.

    Args:
        environment: the environment to check.
        readable: top-level keys with a valid value; a rule that reads another key is not run. None means all keys.
    """
    for known in RULES:
        if readable is None or known.reads <= readable:
            yield from known.check(environment)
