"""The registry of the probes: each shows one patch, or several patches, of the emulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Client = Callable[[str], Any]
Probe = Callable[[Client], None]
REGION = "eu-central-1"
ACCOUNT = "123456789012"
PROBES: dict[str, Probe] = {}


def probe(*patches: str) -> Callable[[Probe], Probe]:
    def register(function: Probe) -> Probe:
        PROBES.update(dict.fromkeys(patches, function))
        return function

    return register
