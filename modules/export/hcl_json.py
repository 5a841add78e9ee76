"""JSON inside a text (IAM policies, container definitions) as a ``jsonencode(...)`` that people can read and change."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from modules.export.hcl_template import parts

Write = Callable[[Any], str]


def json_expression(text: str, *, write: Write) -> str | None:
    """``jsonencode({...})`` when ``text`` is a JSON object or list, else None.

    References stay where they are, which is inside of JSON texts: a bare one would leave as the number or list it is.
    """
    if not text.startswith(("{", "[")) or text in ("{}", "[]"):
        return None
    try:
        content = json.loads(_harmless(text))
    except (ValueError, RecursionError):
        return None
    return f"jsonencode({write(_restored(content))})" if isinstance(content, dict | list) else None


_MARK = "\ufdd0"


def _harmless(text: str) -> str:
    """The JSON with quotes inside expressions hidden from the JSON parser."""
    return "".join(
        f"{_MARK}{json.dumps(part.text)[1:-1]}{_MARK}" if part.is_expression else part.text for part in parts(text)
    )


def _restored(content: Any) -> Any:
    if isinstance(content, dict):
        return {_template(key): _restored(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_restored(value) for value in content]
    return _template(content) if isinstance(content, str) else content


def _template(text: str) -> str:
    pieces = text.split(_MARK)
    return "".join(f"${{{piece}}}" if index % 2 else piece for index, piece in enumerate(pieces))
