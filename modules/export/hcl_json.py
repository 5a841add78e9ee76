"""Turns JSON texts (IAM policies, container definitions, dashboards) into ``jsonencode(...)`` expressions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from modules.export.hcl_template import parts

Write = Callable[[Any], str]
# Surrounds an expression while the JSON parser reads the text; no text contains this noncharacter of Unicode.
_MARK = "\ufdd0"
_QUOTE = re.compile(r'\\.|"')


def json_expression(text: str, *, write: Write) -> str | None:
    """``jsonencode({...})`` when ``text`` is a JSON object or list, else None.

    An expression may be part of a JSON string, or a JSON value without quotes: ``{"stopTimeout": ${var.seconds}}``.
    """
    content = decoded(text)
    return f"jsonencode({write(content)})" if content else None


def decoded(text: str) -> Any:
    """The object or list of the JSON ``text``, with expressions as templates; None when it is neither, or empty."""
    if not text.startswith(("{", "[")):
        return None
    try:
        content = json.loads(_without_expressions(text))
    except (ValueError, RecursionError):
        return None
    return _restored(content) if isinstance(content, dict | list) and content else None


def _without_expressions(text: str) -> str:
    """Valid JSON: each expression is a marked string, or the marked part of one."""
    written, inside_string = "", False
    for part in parts(text):
        if not part.is_expression:
            written += part.text
            inside_string ^= sum(found == '"' for found in _QUOTE.findall(part.text)) % 2 == 1
            continue
        marked = f"{_MARK}{json.dumps(part.text)[1:-1]}{_MARK}"
        written += marked if inside_string else f'"{marked}"'
    return written


def _restored(content: Any) -> Any:
    if isinstance(content, dict):
        return {_template(key): _restored(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_restored(value) for value in content]
    return _template(content) if isinstance(content, str) else content


def _template(text: str) -> str:
    pieces = text.split(_MARK)
    return "".join(f"${{{piece}}}" if index % 2 else piece for index, piece in enumerate(pieces))
