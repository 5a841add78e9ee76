"""Renames the resources of a configuration for checkov: a single root without modules, counts and stacks.

Every resource gets a name that is unique in the configuration, and references use it: checkov's graph then connects a
bucket with its public access block across ``count``, modules and remote state.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.reading.expression import renamed, replaced
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
        named = [(bucket.get("bucket"), bucket.key) for bucket in configuration.of_type("aws_s3_bucket")]
        repeated = {name for name, count in Counter(name for name, _ in named).items() if count > 1}
        self._buckets = {name: key for name, key in named if isinstance(name, str) and name not in repeated}

    def with_bucket_reference(self, resource: Resource, body: dict[str, Any]) -> dict[str, Any]:
        """Replace the literal name of a bucket of the configuration by a reference, for checkov's graph."""
        key = self._buckets.get(body["bucket"]) if isinstance(body.get("bucket"), str) else None
        is_other = key is not None and resource.type != "aws_s3_bucket"
        return body | {"bucket": f"${{{key}.id}}"} if is_other else body

    def rewritten(self, value: Any) -> Any:
        """Return ``value`` with the references to resources of the configuration renamed."""
        if isinstance(value, str):
            return self._text(value) if "${" in value else value
        if isinstance(value, Mapping):
            return {name: self.rewritten(item) for name, item in value.items()}
        return [self.rewritten(item) for item in value] if isinstance(value, list) else value

    def _text(self, text: str) -> str:
        return replaced(text, lambda span: renamed(span, self._keys))

    def _flat(self, resource: Resource) -> str:
        prefix = "data." if resource.is_data else ""
        name = _SAFE.sub("_", f"{resource.stack}__{resource.address.removeprefix(prefix)}").strip("_")
        flat = f"{prefix}{resource.type}.{name}"
        while flat in self.resources:
            flat += "_"
        return flat
