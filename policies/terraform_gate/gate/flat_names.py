"""A configuration in the one shape that checkov reads best: a single root, no modules, no counts, no stacks.

Every resource gets a name that is unique in the whole configuration, and references follow it: checkov's graph then
connects a bucket with its public access block through `count`, modules and remote state alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.reading.expression import spans
from terraform_gate.terraform_resource import Resource

_SAFE = re.compile(r"\W+")


class FlatNames:
    """Names for checkov, and back again."""

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
        """Give a body with its references renamed; references to what is not in the configuration lose their stack."""
        if isinstance(value, str):
            return self._text(value) if "${" in value else value
        if isinstance(value, Mapping):
            return {name: self.rewritten(item) for name, item in value.items()}
        return [self.rewritten(item) for item in value] if isinstance(value, list) else value

    def _text(self, text: str) -> str:
        done, end = [], 0
        for start, stop in spans(text):
            inside = self._known.sub(lambda match: self._keys[match[0]], text[start:stop])
            done += [text[end:start], inside]
            end = stop
        return "".join([*done, text[end:]])

    def _flat(self, resource: Resource) -> str:
        prefix = "data." if resource.is_data else ""
        name = _SAFE.sub("_", f"{resource.stack}__{resource.address.removeprefix(prefix)}").strip("_")
        flat = f"{prefix}{resource.type}.{name}"
        while flat in self.resources:
            flat += "_"
        return flat
