"""Templates: parses ``%{ if }``, ``%{ else }``, ``%{ for }`` and their ends, and renders the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from terraform_gate.reading.expression import closing, spans
from terraform_gate.reading.values import UnknownError, boolean_of, text_of

_OPENING = re.compile(r"(?<!%)%\{")
_DIRECTIVE = re.compile(r"(~?)\s*(\w+)\s*(.*?)\s*(~?)\}", re.DOTALL)
_FOR = re.compile(r"(?:(\w+)\s*,\s*)?(\w+)\s+in\s+(.+)", re.DOTALL)


@dataclass(frozen=True)
class If:
    """``%{ if condition }``: the parts for true and for false."""

    condition: str
    then: list[Part] = field(default_factory=list)
    otherwise: list[Part] = field(default_factory=list)


@dataclass(frozen=True)
class For:
    """``%{ for key, value in source }``: the part that is repeated; the last name is that of the value."""

    names: tuple[str, ...]
    source: str
    body: list[Part] = field(default_factory=list)


Part = str | If | For


def parts_of(text: str) -> list[Part]:
    """Split a template into text and directives.

    Raises:
        UnknownError: A directive is not closed, or is not one of Terraform's.
    """
    found: list[Part] = []
    waiting: list[tuple[If | For | None, list[Part]]] = [(None, found)]
    for literal, word, rest in _tokens(text):
        if literal:
            waiting[-1][1].append(literal)
        owner = waiting[-1][0]
        if word in {"if", "for"}:
            made = If(rest) if word == "if" else _for(rest)
            waiting[-1][1].append(made)
            waiting.append((made, made.then if isinstance(made, If) else made.body))
        elif word == "else" and isinstance(owner, If):
            waiting[-1] = (owner, owner.otherwise)
        elif (word == "endif" and isinstance(owner, If)) or (word == "endfor" and isinstance(owner, For)):
            waiting.pop()
        elif word:
            raise UnknownError(f"the directive {word} of a template")
    if len(waiting) > 1:
        raise UnknownError("a directive of a template has no end")
    return found


def _tokens(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield text, then the word and the rest of the directive behind it; ``~`` removes the space on its side."""
    end, strips = 0, False
    while opening := _OPENING.search(text, end):
        stop = closing(text, opening.end())
        found = _DIRECTIVE.fullmatch(text, opening.end(), stop)
        if found is None:
            raise UnknownError("a directive of a template")
        literal = text[end : opening.start()].lstrip() if strips else text[end : opening.start()]
        yield (literal.rstrip() if found[1] else literal), found[2], found[3]
        end, strips = stop, bool(found[4])
    yield (text[end:].lstrip() if strips else text[end:]), "", ""


def _for(rest: str) -> For:
    found = _FOR.fullmatch(rest)
    if found is None:
        raise UnknownError("a for directive of a template")
    names: Sequence[str | None] = (found[1], found[2])
    return For(tuple(name for name in names if name), found[3])


class Evaluator(Protocol):
    """Evaluates the expressions in a template."""

    def parsed(self, text: str) -> Any:
        """Return the value of an expression."""
        ...

    def iterations(self, names: Sequence[str], source: Any) -> Iterator[Self]:
        """Yield an evaluator for each item of a collection, with the names of its key and value."""
        ...


def rendered(text: str, evaluator: Evaluator) -> str:
    """Evaluate the expressions and the directives in a text.

    Raises:
        UnknownError: A condition or a collection is not known.
    """
    return _rendered(parts_of(text), evaluator)


def _rendered(parts: Sequence[Part], evaluator: Evaluator) -> str:
    return "".join(_part(part, evaluator) for part in parts)


def _part(part: Part, evaluator: Evaluator) -> str:
    if isinstance(part, If):
        return _rendered(part.then if boolean_of(evaluator.parsed(part.condition)) else part.otherwise, evaluator)
    if isinstance(part, For):
        rounds = evaluator.iterations(part.names, evaluator.parsed(part.source))
        return "".join(_rendered(part.body, within) for within in rounds)
    return _literal_text(part, evaluator)


def _literal_text(text: str, evaluator: Evaluator) -> str:
    done, end = "", 0
    for start, stop in spans(text):
        done += text[end:start] + text_of(evaluator.parsed(text[start + 2 : stop - 1].strip("~")))
        end = stop
    return done + text[end:]
