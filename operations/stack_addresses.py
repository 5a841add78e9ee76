"""Addresses of the resources of a synthesized stack, for an apply of a part of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from operations.errors import PreconditionError


def all_addresses(folder: Path) -> list[str]:
    """Addresses of all resources of a synthesized stack, sorted."""
    return sorted(_resources(folder))


def _resources(folder: Path) -> dict[str, dict[str, Any]]:
    resources = json.loads((folder / "cdk.tf.json").read_text("utf-8")).get("resource", {})
    return {f"{kind}.{name}": body for kind, named in resources.items() for name, body in named.items()}


def addresses_of(folder: Path, constructs: Sequence[str]) -> list[str]:
    """Addresses of the resources of ``constructs``, and of security group rules elsewhere that refer to them."""
    by_address = _resources(folder)
    own = {address for address, body in by_address.items() if _construct(body) in constructs}
    if not own:
        raise PreconditionError(f"{folder.name} has no construct {' or '.join(constructs)}. Fix: make synth")
    return sorted(own | {address for address, body in by_address.items() if _is_rule(address) and _names(body, own)})


def _construct(body: dict[str, Any]) -> str:
    """The construct that a resource belongs to: the second step of its path, after the stack."""
    steps = str(body.get("//", {}).get("metadata", {}).get("path", "")).split("/")
    return steps[1] if len(steps) > 1 else ""


def _is_rule(address: str) -> bool:
    return address.startswith("aws_vpc_security_group_")


def _names(body: dict[str, Any], addresses: set[str]) -> bool:
    text = json.dumps(body)
    return any(f"${{{address}." in text for address in addresses)
