"""Requests to the endpoints of the emulator itself, which AWS does not have."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from terraform_harness.emulator.process import EmulatorError

RESET_PATH = "/moto-api/reset"
_TIMEOUT_SECONDS = 180.0


def post(url: str, document: Mapping[str, Any] | None = None) -> Any:
    """Send a document; return the answer, None for an empty one.

    Raises:
        EmulatorError: The emulator rejects the document.
    """
    body = b"" if document is None else json.dumps(document).encode()
    try:
        return _answer(url, body)
    except urllib.error.HTTPError as error:
        raise EmulatorError(f"emulator: {json.load(error)['message']}") from None


def get(url: str) -> Any:
    """Return the document at ``url``."""
    return _answer(url, None)


def _answer(url: str, body: bytes | None) -> Any:
    with urllib.request.urlopen(url, body, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310 - loopback
        text = response.read()
    return json.loads(text) if text else None
