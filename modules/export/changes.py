"""Changes between two versions of a module, and the rating of a changed resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Step(IntEnum):
    """The part of the version number that a change raises."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One difference; ``moved`` is the block that keeps a renamed resource."""

    step: Step
    text: str
    moved: str = ""


# Arguments whose change makes AWS replace the resource, or another one takes its place.
IDENTITY = frozenset(
    {
        *("name", "bucket", "identifier", "replication_group_id", "family", "cidr_block", "availability_zone"),
        *("vpc_id", "engine", "load_balancer_type", "internal", "path", "kms_key_id", "for_each", "count", "zone_id"),
    }
)
# Arguments that protect data or traffic, with the value that protects.
PROTECTION: Mapping[str, Any] = {
    "deletion_protection": True,
    "enable_deletion_protection": True,
    "storage_encrypted": True,
    "at_rest_encryption_enabled": "true",
    "transit_encryption_enabled": True,
    "enable_key_rotation": True,
    "prevent_destroy": True,
    "block_public_acls": True,
    "block_public_policy": True,
    "restrict_public_buckets": True,
    "publicly_accessible": False,
    "force_destroy": False,
    "skip_final_snapshot": False,
}
ENCRYPTION = frozenset({"kms_key_id", "kms_master_key_id", "kms_key", "kms_key_arn"})


def rated(address: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Change:
    """The change of the resource ``address``: major when it is replaced or loses a protection."""
    before, after = dict(_flat(old)), dict(_flat(new))
    changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    weaker = [path for path in changed if _weakens(path.rpartition(".")[2], before.get(path), after.get(path))]
    if weaker:
        return Change(Step.MAJOR, f"resource {address} loses a protection: {', '.join(weaker)}")
    replaced = [path for path in changed if path in IDENTITY]
    if replaced:
        return Change(Step.MAJOR, f"resource {address} may be replaced: {', '.join(replaced)} changes")
    return Change(Step.PATCH, f"resource {address} changes in place: {', '.join(changed)}")


def _weakens(name: str, old: Any, new: Any) -> bool:
    if name in ENCRYPTION:
        return old is not None and new is None
    return name in PROTECTION and old == PROTECTION[name] and new != old


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Leaves of nested blocks by path; items of a list have their index."""
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield path, value
        return
    for key, inner in items:
        yield from _flat(inner, f"{path}.{key}" if path else str(key))
