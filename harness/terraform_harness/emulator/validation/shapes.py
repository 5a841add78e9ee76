"""Compares parameters with the shapes of a botocore model: required members, enumerations, lengths, ranges, patterns.

botocore's own ParamValidator compares required members, types and minimums only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from terraform_harness.emulator.validation.patterns import UndecidablePattern, compiled
from terraform_harness.emulator.validation.violation import INVALID, MISSING

NUMBERS = frozenset({"integer", "long", "short", "byte", "float", "double", "bigdecimal"})
SHOWN_CHARACTERS, SHOWN_VALUES = 100, 30


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A parameter that does not match its shape.

    Attributes:
        kind: ``missing`` or ``invalid``.
        value: The value, as a message shows it.
        constraint: The constraint, in AWS's words.
        path: The parameter in boto3's spelling, for instance ``Tags[0].Key``.
    """

    kind: str
    value: str
    constraint: str
    path: str = ""

    def below(self, step: str) -> Mismatch:
        """Return the mismatch with the path from its parent; only mismatches, which are rare, need paths."""
        joint = "." if self.path and not self.path.startswith("[") else ""
        return replace(self, path=f"{step}{joint}{self.path}")

    def __str__(self) -> str:
        value = "null" if self.kind == MISSING else f"'{self.value}'"
        return f"Value {value} at '{self.path}' failed to satisfy constraint: Member must {self.constraint}"


Check = Callable[[Any], list[Mismatch]]
Constraint = tuple[Callable[[Any], bool], str]


@dataclass(slots=True)
class Shapes:
    """The compiled checks of one service.

    Attributes:
        undecidable: Patterns that are not compared, by shape.
    """

    undecidable: dict[str, str] = field(default_factory=dict)
    _checks: dict[str, Check] = field(default_factory=dict)

    def mismatches(self, shape: Any, value: Any) -> list[Mismatch]:
        """Return every mismatch of ``value``, which has boto3's form."""
        return self._check(shape)(value)

    def _check(self, shape: Any) -> Check:
        found = self._checks.get(shape.name)
        if found is None:
            # A shape may contain itself: its members look the check up when they need it.
            found = self._checks[shape.name] = self._compile(shape)
        return found

    def _compile(self, shape: Any) -> Check:
        if shape.type_name == "structure":
            return self._structure(shape)
        own = tuple(self._constraints(shape))
        if shape.type_name == "list":
            return self._list(shape, own)
        if shape.type_name == "map":
            return self._map(shape, own)
        if not own:
            return lambda _value: []
        redacted = bool(shape.metadata.get("sensitive"))
        return lambda value: _broken(own, value, "***" if redacted else value)

    def _structure(self, shape: Any) -> Check:
        if getattr(shape, "is_document_type", False):
            return lambda _value: []
        required, members = tuple(shape.required_members), dict(shape.members)

        def structure(value: Any) -> list[Mismatch]:
            found = [Mismatch(MISSING, "", "not be null", name) for name in required if name not in value]
            for name, item in value.items():
                if below := self._check(members[name])(item):
                    found += (mismatch.below(name) for mismatch in below)
            return found

        return structure

    def _list(self, shape: Any, own: tuple[Constraint, ...]) -> Check:
        member = shape.member

        def items(value: Any) -> list[Mismatch]:
            found = _broken(own, value, f"{len(value)} items")
            check = self._check(member)
            for index, item in enumerate(value):
                if below := check(item):
                    found += (mismatch.below(f"[{index}]") for mismatch in below)
            return found

        return items

    def _map(self, shape: Any, own: tuple[Constraint, ...]) -> Check:
        key_shape, value_shape = shape.key, shape.value

        def entries(value: Any) -> list[Mismatch]:
            found = _broken(own, value, f"{len(value)} entries")
            check_key, check_value = self._check(key_shape), self._check(value_shape)
            for key, item in value.items():
                found += (mismatch.below("(key)") for mismatch in check_key(key))
                found += (mismatch.below(shown(key)) for mismatch in check_value(item))
            return found

        return entries

    def _constraints(self, shape: Any) -> Iterator[Constraint]:
        metadata, number = shape.metadata, shape.type_name in NUMBERS
        if shape.type_name == "timestamp":
            return
        measure: Callable[[Any], Any] = (lambda v: v) if number else len
        noun, least, most = "value" if number else "length", metadata.get("min"), metadata.get("max")
        if least is not None:
            yield (lambda v: measure(v) >= least), f"have {noun} greater than or equal to {least}"
        if most is not None:
            yield (lambda v: measure(v) <= most), f"have {noun} less than or equal to {most}"
        if enum := metadata.get("enum"):
            yield frozenset(enum).__contains__, f"satisfy enum value set: [{_listed(enum)}]"
        if shape.type_name == "string" and (pattern := metadata.get("pattern")):
            yield from self._pattern(shape.name, pattern)

    def _pattern(self, name: str, pattern: str) -> Iterator[Constraint]:
        try:
            expression = compiled(pattern)
        except UndecidablePattern as error:
            self.undecidable[name] = str(error)
        else:
            yield (lambda v: expression.fullmatch(v) is not None), f"satisfy regular expression pattern: {pattern}"


def _broken(own: tuple[Constraint, ...], value: Any, text: Any) -> list[Mismatch]:
    return [Mismatch(INVALID, shown(text), constraint) for holds, constraint in own if not holds(value)]


def shown(value: Any) -> str:
    """Return ``value`` for a message: shortened, without control characters."""
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(value))
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}... ({len(text)} characters)"


def _listed(values: Any) -> str:
    more = f", ... ({len(values)} values)" if len(values) > SHOWN_VALUES else ""
    return ", ".join(values[:SHOWN_VALUES]) + more
