"""Reads what CDKTF writes under ``"//"`` about the construct that defined a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def construct_path(body: Mapping[str, Any]) -> str:
    """Return the path of the construct that defined a resource."""
    return str(_metadata(body).get("path", ""))


def stack_trace(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the stack trace of the construct, which CDKTF writes if the app enables stack traces."""
    frames = _metadata(body).get("stackTrace")
    return tuple(frame for frame in frames if isinstance(frame, str)) if isinstance(frames, list) else ()


def _metadata(body: Mapping[str, Any]) -> Mapping[str, Any]:
    comment = body.get("//")
    found = comment.get("metadata", comment) if isinstance(comment, Mapping) else {}
    return found if isinstance(found, Mapping) else {}
