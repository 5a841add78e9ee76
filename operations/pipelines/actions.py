"""The actions that the workflows use, by the digest of a commit: a moved tag cannot change what runs.

Each digest was read from the tag in the action's repository on 2026-11-28.
"""

from __future__ import annotations

import re
from typing import Any

VERSIONS = {
    "actions/checkout": ("3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
    "actions/download-artifact": ("3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1"),
    "actions/setup-node": ("820762786026740c76f36085b0efc47a31fe5020", "v7.0.0"),
    "actions/setup-python": ("5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0"),
    "actions/upload-artifact": ("bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0"),
    "aws-actions/configure-aws-credentials": ("e6de054238d6b7531b4efff3b6587d9aade6a06c", "v6.2.3"),
    "docker/setup-buildx-action": ("37fe631027851001ddb9b187196cc803df7f5f0e", "v4.3.0"),
    "docker/setup-qemu-action": ("96fe6ef7f33517b61c61be40b68a1882f3264fb8", "v4.2.0"),
    "hashicorp/setup-terraform": ("dfe3c3f87815947d99a8997f908cb6525fc44e9e", "v4.0.1"),
}
_USES = re.compile(r"(uses: ([a-z-]+/[a-z-]+)@[0-9a-f]{40})$", re.MULTILINE)


def uses(action: str, **inputs: Any) -> dict[str, Any]:
    """A step that uses an action; underscores in the names of inputs become hyphens."""
    step: dict[str, Any] = {"uses": f"{action}@{VERSIONS[action][0]}"}
    return step | ({"with": {name.replace("_", "-"): value for name, value in inputs.items()}} if inputs else {})


def with_versions(text: str) -> str:
    """``text`` with the version of each action as a comment behind its digest."""
    return _USES.sub(lambda found: f"{found[1]} # {VERSIONS[found[2]][1]}", text)
