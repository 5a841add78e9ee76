"""The billed quantities of a configuration, each with the id of its price."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration

from report.cost.free_types import FREE
from report.cost.item import Item, Usage
from report.cost.readers import READERS


def items_of(usage: Usage) -> Iterator[Item]:
    """Yield what AWS bills in a month."""
    for resource in usage.configuration.resources.values():
        if not resource.is_data and resource.type in READERS:
            yield from READERS[resource.type](usage, resource)


def unpriced(configuration: Configuration) -> dict[str, int]:
    """Number of resources, by type, that the report knows no billing of."""
    found: dict[str, int] = {}
    for resource in configuration.resources.values():
        if not resource.is_data and resource.type not in FREE and resource.type not in READERS:
            found[resource.type] = found.get(resource.type, 0) + 1
    return found
