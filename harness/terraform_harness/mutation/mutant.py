"""A mutant: one harmful change to a stack, made the same way every time."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
Body = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """``document`` is the whole stack after ``change`` to the resource at ``address``."""

    stack: str
    operator: str
    address: str
    change: str
    document: Document

    def __str__(self) -> str:
        return f"{self.stack}: {self.address}: {self.operator}: {self.change}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What an operator does to one resource: ``body`` is the new body, None removes the resource."""

    change: str
    body: Mapping[str, Any] | None


Operator = Callable[[str, Mapping[str, Any]], Iterator[Edit]]
OPERATORS: dict[str, Operator] = {}


def operator(function: Operator) -> Operator:
    """Register a function that gives, for a resource's type and body, each edit it can make."""
    OPERATORS[function.__name__] = function
    return function


def mutants(stack: str, document: Document, *, operators: Mapping[str, Operator] | None = None) -> Iterator[Mutant]:
    """Every mutant of ``document``, in the order of the file and of the operators' names."""
    for kind, named in document.get("resource", {}).items():
        for name, body in named.items():
            for label, make in sorted((operators or OPERATORS).items()):
                for edit in make(kind, body):
                    changed = _with(document, kind=kind, name=name, body=edit.body)
                    yield Mutant(
                        stack=stack, operator=label, address=f"{kind}.{name}", change=edit.change, document=changed
                    )


def _with(document: Document, *, kind: str, name: str, body: Mapping[str, Any] | None) -> Document:
    resources = document["resource"]
    others = {key: value for key, value in resources[kind].items() if key != name}
    replaced = others if body is None else resources[kind] | {name: dict(body)}
    return document | {"resource": resources | {kind: replaced}}


def edited(body: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy of ``body`` with ``changes``; a value of None removes the key."""
    result = copy.deepcopy(dict(body)) | changes
    return {key: value for key, value in result.items() if value is not None}


def edited_json(body: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    """A copy of ``body`` whose string ``key`` is ``value`` as JSON."""
    return edited(body, **{key: json.dumps(value)})
