"""Mutants: harmful changes of stacks, made in the same way and order each time.

>>> documents = {"app": {"resource": {"aws_s3_bucket": {"logs": {"force_destroy": False}}}}}
>>> [mutant] = mutants(documents)
>>> print(mutant)
app: aws_s3_bucket.logs: flip_switch: force_destroy = true
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
Documents = Mapping[str, Document]
"""Root modules in Terraform JSON by the name of their stack."""
Body = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """Stacks after one harmful change.

    Attributes:
        operator: The kind of change, for instance ``flip_switch``.
        change: The change, for instance ``multi_az = false``.
        documents: The stacks that differ from the originals, as a whole.
        stack: The stack that was changed; empty when a change spans stacks.
        address: The resource that was changed; empty when a change spans resources.
    """

    operator: str
    change: str
    documents: Documents
    stack: str = ""
    address: str = ""

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.stack, self.address, self.operator, self.change)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A change that an operator makes to one resource: ``body`` is the new body, None removes the resource."""

    change: str
    body: Mapping[str, Any] | None


Operator = Callable[[str, Mapping[str, Any]], Iterator[Edit]]
OPERATORS: dict[str, Operator] = {}


def operator(function: Operator) -> Operator:
    """Register a function that yields, for a resource's type and body, each edit that it can make."""
    OPERATORS[function.__name__] = function
    return function


def mutants(documents: Documents, *, operators: Mapping[str, Operator] | None = None) -> Iterator[Mutant]:
    """Yield every mutant of the stacks.

    Args:
        documents: Root modules in Terraform JSON by the name of their stack.
        operators: The operators by name; ``OPERATORS`` by default.

    Yields:
        Mutants in the order of the stacks, of their resources and of the operators' names.
    """
    for stack, document in documents.items():
        for type_, resources in document.get("resource", {}).items():
            for name, body in resources.items():
                for label, make in sorted((operators or OPERATORS).items()):
                    for edit in make(type_, body):
                        changed = _with(document, type_=type_, name=name, body=edit.body)
                        yield Mutant(
                            stack=stack,
                            operator=label,
                            address=f"{type_}.{name}",
                            change=edit.change,
                            documents={stack: changed},
                        )


def written_mutant(name: str, documents: Documents, change: Callable[[dict[str, Document]], object]) -> Mutant:
    """Return the mutant that a function written by hand makes; it may change several resources and stacks.

    Args:
        name: Describes the change, for instance ``"the database is open to the internet"``.
        documents: Root modules in Terraform JSON by the name of their stack; they are not modified.
        change: Modifies a copy of ``documents`` in place.

    >>> documents = {"app": {"resource": {"aws_vpc": {"main": {}}}}}
    >>> mutant = written_mutant("no VPC", documents, lambda stacks: stacks["app"]["resource"].pop("aws_vpc"))
    >>> mutant.documents
    {'app': {'resource': {}}}
    """
    changed = copy.deepcopy(dict(documents))
    change(changed)
    different = {stack: document for stack, document in changed.items() if document != documents.get(stack)}
    return Mutant(operator="written", change=name, documents=different)


def _with(document: Document, *, type_: str, name: str, body: Mapping[str, Any] | None) -> Document:
    resources = document["resource"]
    others = {key: value for key, value in resources[type_].items() if key != name}
    replaced = others if body is None else resources[type_] | {name: dict(body)}
    return document | {"resource": resources | {type_: replaced}}


def edited(body: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a copy of ``body`` with ``changes``; a value of None removes the key."""
    result = copy.deepcopy(dict(body)) | changes
    return {key: value for key, value in result.items() if value is not None}
