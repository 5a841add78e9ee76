"""Parses the output of ``terraform ... -json``: one message on each line, diagnostics among them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """An error or a warning of Terraform, with the address and the file position that it refers to."""

    severity: str
    summary: str
    detail: str = ""
    address: str = ""
    position: str = ""

    @classmethod
    def read(cls, message: dict[str, Any]) -> Diagnostic:
        """Parse a diagnostic object of Terraform."""
        span = message.get("range") or {}
        start = span.get("start", {})
        return cls(
            severity=str(message.get("severity", "error")),
            summary=str(message.get("summary", "")),
            detail=str(message.get("detail", "")),
            address=str(message.get("address") or (message.get("snippet") or {}).get("context") or ""),
            position=f"{span['filename']}:{start.get('line', '?')}" if span.get("filename") else "",
        )

    def __str__(self) -> str:
        about = ", ".join(filter(None, (self.address, self.position)))
        head = f"{self.severity}: {self.summary}" + (f" ({about})" if about else "")
        detail = self.detail.strip()
        return f"{head}\n    {detail.replace(chr(10), chr(10) + '    ')}" if detail else head


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One line of ``terraform ... -json``; ``fields`` holds all of it."""

    kind: str
    text: str
    fields: dict[str, Any]

    @property
    def diagnostic(self) -> Diagnostic | None:
        """The diagnostic in the message, if it is one."""
        found = self.fields.get("diagnostic")
        return Diagnostic.read(found) if isinstance(found, dict) else None

    @property
    def address(self) -> str:
        """The address of the resource that the message is about; empty where it is about none."""
        resource = (self.fields.get("hook") or {}).get("resource") or {}
        return str(resource.get("addr", ""))


def read_message(line: str) -> Message:
    """Parse a line of output; a line that is not JSON becomes a message of kind ``text``."""
    try:
        fields = json.loads(line)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        return Message(kind="text", text=line.rstrip(), fields={})
    return Message(kind=str(fields.get("type", "")), text=str(fields.get("@message", "")), fields=fields)


def errors(messages: Iterable[Message]) -> tuple[Diagnostic, ...]:
    """Return the distinct errors among ``messages``."""
    found = (message.diagnostic for message in messages)
    return tuple(dict.fromkeys(diagnostic for diagnostic in found if diagnostic and diagnostic.severity == "error"))
