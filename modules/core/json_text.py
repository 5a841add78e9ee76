"""JSON inside of JSON, in the form in which Terraform writes it."""

from __future__ import annotations

import json
from typing import Any


def json_text(content: Any) -> str:
    """``content`` as ``jsonencode`` of Terraform writes it, so that an exported module may have it as an expression.

    Example:
        >>> json_text({"b": [1, None], "a": "text"})
        '{"a":"text","b":[1,null]}'
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
