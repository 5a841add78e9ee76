"""Ask AWS, through boto3, whether what was applied has the consequences that were meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from terraform_harness.verification import network, secrets, services, storage
from terraform_harness.verification.check import VERIFIERS, Aws, Check, Resource, World, ask

__all__ = [
    "Aws",
    "Check",
    "Resource",
    "network",
    "resources_of",
    "secrets",
    "services",
    "storage",
    "unverified",
    "verify",
]


def verify(states: Iterable[Mapping[str, Any]], *, aws: Aws) -> tuple[Check, ...]:
    """Every consequence of the applied stacks, checked.

    ``states`` are ``terraform show -json`` of each stack; ``aws.client(service)`` gives boto3 clients of the account
    that they are in (an ``Emulator`` or a ``boto3.Session``).
    """
    resources = tuple(one for state in states for one in resources_of(state))
    world = World(aws=aws, resources=resources)
    return tuple(
        found for one in resources for verifier in VERIFIERS.get(one.type, ()) for found in ask(verifier, one, world)
    )


def unverified(states: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The resource types of the applied stacks about which nothing is asked."""
    return tuple(sorted({one.type for state in states for one in resources_of(state)} - VERIFIERS.keys()))


def resources_of(state: Mapping[str, Any]) -> Iterator[Resource]:
    """The managed resources in ``terraform show -json`` of a state, those of modules included."""
    yield from _of_module((state.get("values") or {}).get("root_module") or {})


def _of_module(module: Mapping[str, Any]) -> Iterator[Resource]:
    for one in module.get("resources", ()):
        if one["mode"] == "managed":
            yield Resource(address=one["address"], type=one["type"], values=one["values"])
    for child in module.get("child_modules", ()):
        yield from _of_module(child)
