"""What Terraform says with ``-json``: one message a line, diagnostics among them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """An error or a warning of Terraform, with the place it is about."""

    severity: str
    summary: str
    detail: str = ""
    address: str = ""
    place: str = ""

    @classmethod
    def read(cls, message: dict[str, Any]) -> Diagnostic:
        span = message.get("range") or {}
        start = span.get("start", {})
        return cls(
            severity=str(message.get("severity", "error")),
            summary=str(message.get("summary", "")),
            detail=str(message.get("detail", "")),
            address=str(message.get("address") or (message.get("snippet") or {}).get("context") or ""),
            place=f"{span['filename']}:{start.get('line', '?')}" if span.get("filename") else "",
        )

    def __str__(self) -> str:
        about = ", ".join(filter(None, (self.address, self.place)))
        head = f"{self.severity}: {self.summary}" + (f" ({about})" if about else "")
        detail = self.detail.strip()
        return f"{head}\n    {detail.replace(chr(10), chr(10) + '    ')}" if detail else head


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One line of ``terraform ... -json``; ``fields`` is the whole of it."""

    kind: str
    text: str
    fields: dict[str, Any]

    @property
    def diagnostic(self) -> Diagnostic | None:
        found = self.fields.get("diagnostic")
        return Diagnostic.read(found) if isinstance(found, dict) else None

    @property
    def address(self) -> str:
        resource = (self.fields.get("hook") or {}).get("resource") or {}
        return str(resource.get("addr", ""))


def read_message(line: str) -> Message:
    """A line of output as a message; a line that is not JSON becomes one of kind ``text``."""
    try:
        fields = json.loads(line)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        return Message(kind="text", text=line.rstrip(), fields={})
    return Message(kind=str(fields.get("type", "")), text=str(fields.get("@message", "")), fields=fields)


def errors(messages: Iterable[Message]) -> tuple[Diagnostic, ...]:
    """The errors among ``messages``, each once."""
    found = (message.diagnostic for message in messages)
    return tuple(dict.fromkeys(one for one in found if one and one.severity == "error"))
