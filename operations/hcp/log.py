"""Shows the log of a plan or an apply while it grows."""

from __future__ import annotations

import sys
from typing import Any

import httpx

from environments.errors import printable
from operations.hcp.connection import Connection

LIMIT = 65536
PHASES = {"plan": "plans", "apply": "applies"}


class Log:
    """The log of one phase of a run.

    Args:
        connection: the organization.
        phase: ``plan`` or ``apply``.
    """

    def __init__(self, connection: Connection, phase: str) -> None:
        self._connection, self._phase = connection, phase
        self._address, self._offset, self._rest = "", 0, b""

    def show_more(self, run: dict[str, Any]) -> None:
        """Print the complete lines that were added since the last call."""
        reference = run["relationships"].get(self._phase, {}).get("data")
        if not self._address and reference:
            path = f"{PHASES[self._phase]}/{reference['id']}"
            attributes = self._connection.request("GET", path)["data"]["attributes"]
            self._address = attributes.get("log-read-url") or ""
        while chunk := self._next():
            self._print(chunk)

    def _next(self) -> bytes:
        if not self._address:
            return b""
        try:
            address = httpx.URL(self._address).copy_merge_params({"limit": LIMIT, "offset": self._offset})
            answer = self._connection.presigned.get(address)
        except httpx.HTTPError:
            return b""  # the next call reads on
        if answer.is_error:
            return b""
        self._offset += len(answer.content)
        return answer.content

    def _print(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            text = line.strip(b"\x02\x03\r").decode("utf-8", errors="replace")
            sys.stdout.write(f"  {printable(text)}\n")
        sys.stdout.flush()
