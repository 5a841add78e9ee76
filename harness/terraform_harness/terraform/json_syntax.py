"""Gives Terraform JSON one form: an object at each level of labels, where Terraform also accepts a list of objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LABELS = {"resource": 2, "data": 2, "ephemeral": 2, "module": 1, "output": 1, "variable": 1, "provider": 1}
"""The number of labels of each block type (*JSON Configuration Syntax* in Terraform's documentation)."""


def normalized(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration in which lists of blocks are merged into objects.

    >>> normalized({"resource": [{"aws_vpc": {"a": {}}}, {"aws_vpc": [{"b": [{"cidr_block": "10.0.0.0/16"}]}]}]})
    {'resource': {'aws_vpc': {'a': {}, 'b': {'cidr_block': '10.0.0.0/16'}}}}
    """
    found = {key: _merged(value, LABELS[key]) if key in LABELS else value for key, value in document.items()}
    settings = _merged(document.get("terraform"), 0)
    if isinstance(settings, list):
        settings = {key: value for block in settings for key, value in block.items()}
    if isinstance(settings, Mapping):
        found["terraform"] = {key: _merged(value, int(key == "backend")) for key, value in settings.items()}
    return found


def _merged(value: Any, labels: int) -> Any:
    blocks = value if isinstance(value, list) else [value]
    if not labels:
        return blocks[0] if len(blocks) == 1 else blocks
    if not all(isinstance(block, Mapping) for block in blocks):
        return value
    grouped: dict[str, list[Any]] = {}
    for block in blocks:
        for label, inner in block.items():
            grouped.setdefault(label, []).extend(inner if isinstance(inner, list) else [inner])
    return {label: _merged(inner, labels - 1) for label, inner in grouped.items()}
