"""The applied state compared with the Terraform JSON: what exists, what is missing, what is left over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from report.source import Source


@dataclass(frozen=True, kw_only=True)
class Applied:
    """The state of one stack. ``missing`` is not applied yet, ``extra`` is no longer in the Terraform JSON."""

    stack: str
    existing: int
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def applied_of(source: Source) -> tuple[Applied, ...]:
    """Compare every given state with the resources of its stack."""
    return tuple(_applied(source, stack, state) for stack, state in sorted(source.states.items()))


def _applied(source: Source, stack: str, state: Mapping[str, Any]) -> Applied:
    resources = source.configuration.resources.values()
    wanted = {_base(item.address) for item in resources if item.stack == stack and not item.is_data}
    existing = set(_managed((state.get("values") or {}).get("root_module") or {}))
    present = {_base(address) for address in existing}
    return Applied(
        stack=stack,
        existing=len(existing),
        missing=tuple(sorted(wanted - present)),
        extra=tuple(sorted(address for address in existing if _base(address) not in wanted)),
    )


def _managed(module: Mapping[str, Any]) -> Iterator[str]:
    for resource in module.get("resources") or ():
        if resource.get("mode") != "data":
            yield str(resource.get("address"))
    for child in module.get("child_modules") or ():
        yield from _managed(child)


def _base(address: str) -> str:
    return address.rpartition("[")[0] if address.endswith("]") else address
