"""Escapes characters that a terminal interprets or that UTF-8 cannot encode."""

from __future__ import annotations

import re

_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """Replace control characters, bidirectional overrides and lone surrogates by JSON escapes; JSON stays valid."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
