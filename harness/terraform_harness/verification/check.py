"""Checks of an applied stack: registered functions that compare a resource in the state with what AWS reports."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class Aws(Protocol):
    """A source of boto3 clients: an ``Emulator``, or a ``boto3.Session`` of a real account."""

    def client(self, service: str) -> Any:
        """Return a boto3 client of ``service``, for instance ``"s3"``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A managed resource of a state, with its attributes as Terraform stored them."""

    address: str
    type: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The result of one check. ``problem`` is empty when the claim holds."""

    address: str
    claim: str
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether the claim holds."""
        return not self.problem

    def __str__(self) -> str:
        return f"{self.address}: {self.claim}" + (f": {self.problem}" if self.problem else "")


@dataclass(slots=True)
class Deployment:
    """The applied resources of all stacks, and the account that they are in."""

    aws: Aws
    resources: tuple[Resource, ...]
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return a boto3 client of ``service``; created once."""
        if service not in self._clients:
            self._clients[service] = self.aws.client(service)
        return self._clients[service]

    def of_type(self, type_: str) -> Iterator[Resource]:
        """Return the resources of a type, for instance ``aws_s3_bucket``."""
        return (resource for resource in self.resources if resource.type == type_)


Verifier = Callable[[Resource, Deployment], Iterable[Check]]
VERIFIERS: dict[str, list[Verifier]] = {}


def verifier(*types: str) -> Callable[[Verifier], Verifier]:
    """Register the decorated function as a check of resources of ``types``."""

    def register(function: Verifier) -> Verifier:
        for type_ in types:
            VERIFIERS.setdefault(type_, []).append(function)
        return function

    return register


def check(address: str, claim: str, holds: object, problem: str) -> Check:
    """Return the result of ``claim``, with ``problem`` when it does not hold."""
    return Check(address=address, claim=claim, problem="" if holds else problem)


def run_verifier(function: Verifier, resource: Resource, deployment: Deployment) -> list[Check]:
    """Return the results of one verifier; an error of AWS is a failed check."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return list(function(resource, deployment))
    except (ClientError, BotoCoreError) as error:
        claim = function.__name__.replace("_", " ")
        return [Check(address=resource.address, claim=claim, problem=f"AWS reports an error: {error}")]


def verifiers_without(skip: Collection[str]) -> dict[str, list[Verifier]]:
    """Return the verifiers by resource type, without those that ``skip`` names.

    Args:
        skip: Resource types, or names of verifiers.

    Raises:
        ValueError: A name is unknown.
    """
    known = VERIFIERS.keys() | {function.__name__ for functions in VERIFIERS.values() for function in functions}
    unknown = sorted(set(skip) - known)
    if unknown:
        raise ValueError(f"skip: unknown {', '.join(unknown)}; allowed: {', '.join(sorted(known))}")
    return {
        type_: [function for function in functions if function.__name__ not in skip]
        for type_, functions in VERIFIERS.items()
        if type_ not in skip
    }
