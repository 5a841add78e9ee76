"""A diagram of a module: its resource types, and which of them refer to which others."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_REFERENCE = re.compile(r"\b((?:aws|terraform)_\w+)\.\w+")


def mermaid(sections: Mapping[str, Any]) -> str:
    """The diagram as text for Mermaid, with the number of resources of each type."""
    resources: Mapping[str, Mapping[str, Any]] = sections.get("resource", {})
    nodes = [f'  {kind}["{_label(kind, len(items))}"]' for kind, items in sorted(resources.items())]
    edges = sorted(
        {
            (kind, other)
            for kind, items in resources.items()
            for other in _REFERENCE.findall(json.dumps(items))
            if other in resources and other != kind
        }
    )
    return "\n".join(["flowchart LR", *nodes, *(f"  {kind} --> {other}" for kind, other in edges)])


def _label(kind: str, count: int) -> str:
    name = kind.removeprefix("aws_")
    return f"{count} x {name}" if count > 1 else name
