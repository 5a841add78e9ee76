"""Rules between keys. Each says which sections it reads, so that it runs although another section is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from environments.errors import Problem

if TYPE_CHECKING:
    from environments.model import Environment

Judge = Callable[["Environment"], Iterable[Problem]]


@dataclass(frozen=True)
class Rule:
    """A judgement over the sections it reads."""

    judge: Judge
    reads: frozenset[str]


RULES: list[Rule] = []


def rule(*reads: str) -> Callable[[Judge], Judge]:
    """Register a function that yields problems of an environment in which at least the sections ``reads`` are right."""

    def register(judge: Judge) -> Judge:
        RULES.append(Rule(judge=judge, reads=frozenset(reads)))
        return judge

    return register


def violations(environment: Environment, *, right: frozenset[str] | None = None) -> Iterator[Problem]:
    """Problems that the rules find; ``right`` names the sections that can be read (all when None)."""
    for known in RULES:
        if right is None or known.reads <= right:
            yield from known.judge(environment)
