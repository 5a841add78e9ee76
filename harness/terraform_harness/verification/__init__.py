"""Checks through boto3 that applied stacks have the intended effect.

>>> from terraform_harness.emulator import Emulator
>>> key = {"address": "aws_kms_key.k", "mode": "managed", "type": "aws_kms_key", "values": {"key_id": "absent"}}
>>> with Emulator(account_id="111111111111") as aws:
...     [check] = verify([{"values": {"root_module": {"resources": [key]}}}], aws=aws)
>>> check.ok, check.claim
(False, 'key rotates')
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from terraform_harness.verification import network, secrets, services, storage
from terraform_harness.verification.check import (
    VERIFIERS,
    Aws,
    Check,
    Deployment,
    Resource,
    Verifier,
    check,
    run_verifier,
    verifier,
    verifiers_without,
)

__all__ = [
    "VERIFIERS",
    "Aws",
    "Check",
    "Deployment",
    "Resource",
    "Verifier",
    "check",
    "network",
    "resources_of",
    "secrets",
    "services",
    "storage",
    "unverified",
    "verifier",
    "verifiers_without",
    "verify",
]


def verify(
    states: Iterable[Mapping[str, Any]], *, aws: Aws, verifiers: Mapping[str, Iterable[Verifier]] | None = None
) -> tuple[Check, ...]:
    """Check every resource of the applied stacks.

    Args:
        states: ``terraform show -json`` of each stack.
        aws: Gives boto3 clients of the account that the stacks are in: an ``Emulator`` or a ``boto3.Session``.
        verifiers: The checks by resource type; ``VERIFIERS`` by default. Leave types out to accept what their checks
            reject, for instance buckets without a policy.

    Returns:
        The results, in the order of the resources.
    """
    used = VERIFIERS if verifiers is None else verifiers
    resources = tuple(resource for state in states for resource in resources_of(state))
    deployment = Deployment(aws=aws, resources=resources)
    return tuple(
        result
        for resource in resources
        for function in used.get(resource.type, ())
        for result in run_verifier(function, resource, deployment)
    )


def unverified(states: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the resource types of the applied stacks that no check covers."""
    return tuple(sorted({resource.type for state in states for resource in resources_of(state)} - VERIFIERS.keys()))


def resources_of(state: Mapping[str, Any]) -> Iterator[Resource]:
    """Return the managed resources in ``terraform show -json`` of a state, including those of modules."""
    yield from _of_module((state.get("values") or {}).get("root_module") or {})


def _of_module(module: Mapping[str, Any]) -> Iterator[Resource]:
    for resource in module.get("resources", ()):
        if resource["mode"] == "managed":
            yield Resource(address=resource["address"], type=resource["type"], values=resource["values"])
    for nested in module.get("child_modules", ()):
        yield from _of_module(nested)
