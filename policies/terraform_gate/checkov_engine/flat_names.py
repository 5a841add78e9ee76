"""Renames the resources of a configuration for checkov: a single root without modules, counts and stacks.

Every resource gets a name that is unique in the configuration, and references use it: checkov's graph then connects a
bucket with its public access block across ``count``, modules and remote state.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.reading.expression import replaced
from terraform_gate.terraform_resource import Resource

_SAFE = re.compile(r"\W+")


class FlatNames:
    """Maps resources to names for checkov, and names back to resources."""

    def __init__(self, configuration: Configuration) -> None:
        """Name every resource of the configuration."""
        self.resources: dict[str, Resource] = {}
        keys: dict[str, str] = {}
        for resource in configuration.resources.values():
            flat = self._flat(resource)
            self.resources[flat] = resource
            keys[resource.key] = flat
        self._keys = keys
        self._known = re.compile("|".join(re.escape(key) for key in sorted(keys, key=len, reverse=True)) or "(?!)")

    def rewritten(self, value: Any) -> Any:
        """Return ``value`` with the references to resources of the configuration renamed."""
        if isinstance(value, str):
            return self._text(value) if "${" in value else value
        if isinstance(value, Mapping):
            return {name: self.rewritten(item) for name, item in value.items()}
        return [self.rewritten(item) for item in value] if isinstance(value, list) else value

    def _text(self, text: str) -> str:
        return replaced(text, lambda span: self._known.sub(lambda match: self._keys[match[0]], span))

    def _flat(self, resource: Resource) -> str:
        prefix = "data." if resource.is_data else ""
        name = _SAFE.sub("_", f"{resource.stack}__{resource.address.removeprefix(prefix)}").strip("_")
        flat = f"{prefix}{resource.type}.{name}"
        while flat in self.resources:
            flat += "_"
        return flat
