"""What the emulator cannot play: resource types by name, each with the reason that was measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Measured on 2026-11-23 with AWS provider 5.100.0 against moto 5.2.5: the provider's create or read of each ends in the
# action named. Everything that the project's own stacks use is emulated.
UNSUPPORTED: Mapping[str, str] = {}


def unsupported(configuration: Mapping[str, Any]) -> dict[str, str]:
    """Address and reason of each resource in ``configuration`` that the emulator cannot play."""
    resources = configuration.get("resource", {})
    return {
        f"{kind}.{name}": UNSUPPORTED[kind] for kind in resources if kind in UNSUPPORTED for name in resources[kind]
    }
