"""What a check of an applied stack is: a resource in the state, a question to AWS, an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError


class Aws(Protocol):
    """Where clients come from: an emulator, or a session in a real account."""

    def client(self, service: str) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A managed resource of a state, with the values that Terraform knows of it."""

    address: str
    type: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One consequence that should hold. ``problem`` is empty when it does."""

    address: str
    claim: str
    problem: str = ""

    @property
    def ok(self) -> bool:
        return not self.problem

    def __str__(self) -> str:
        return f"{self.address}: {self.claim}" + (f": {self.problem}" if self.problem else "")


@dataclass(slots=True)
class World:
    """The applied resources of all stacks and the AWS they are in."""

    aws: Aws
    resources: tuple[Resource, ...]
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self.aws.client(service)
        return self._clients[service]

    def of_type(self, kind: str) -> Iterator[Resource]:
        return (one for one in self.resources if one.type == kind)


Verifier = Callable[[Resource, World], Iterable[Check]]
VERIFIERS: dict[str, list[Verifier]] = {}


def consequence(*kinds: str) -> Callable[[Verifier], Verifier]:
    """Register the decorated function for resources of the types ``kinds``."""

    def register(verifier: Verifier) -> Verifier:
        for kind in kinds:
            VERIFIERS.setdefault(kind, []).append(verifier)
        return verifier

    return register


def check(address: str, claim: str, holds: object, problem: str) -> Check:
    """``claim`` about ``address``, with ``problem`` when it does not hold."""
    return Check(address=address, claim=claim, problem="" if holds else problem)


def ask(verifier: Verifier, resource: Resource, world: World) -> list[Check]:
    """The answers of one verifier; AWS's refusal to answer is an answer too."""
    try:
        return list(verifier(resource, world))
    except (ClientError, BotoCoreError) as error:
        claim = verifier.__name__.replace("_", " ")
        return [Check(address=resource.address, claim=claim, problem=f"AWS refused: {error}")]
