"""Resources as the rules' examples write them, and how they are merged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Resources = dict[str, dict[str, dict[str, Any]]]
"""Resource type -> name -> arguments: the content of `"resource"` in Terraform JSON."""


def merge(*parts: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Resources:
    """Merge resources by type and name; of two resources with one address the later one wins."""
    merged: Resources = {}
    for part in parts:
        for kind, named in part.items():
            merged.setdefault(kind, {}).update({name: dict(body) for name, body in named.items()})
    return merged
