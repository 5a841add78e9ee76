"""Changes between two versions of a module, and the rating of a changed resource."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from modules.export.declarations import bare
from modules.export.renames import leaves


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
        *("name", "name_prefix", "bucket", "identifier", "replication_group_id", "family", "cidr_block"),
        *("availability_zone", "vpc_id", "subnet_id", "security_group_id", "engine", "username", "db_name"),
        *("load_balancer_type", "internal", "target_type", "path", "role", "policy_arn", "cluster", "namespace_id"),
        *("kms_key_id", "for_each", "count", "zone_id", "domain_name", "resource_id", "scalable_dimension"),
    }
)
# Arguments that protect data or traffic, with the value that protects.
PROTECTION: Mapping[str, Any] = {
    "deletion_protection": True,
    "enable_deletion_protection": True,
    "storage_encrypted": True,
    "at_rest_encryption_enabled": True,
    "transit_encryption_enabled": True,
    "transit_encryption_mode": "required",
    "require_tls": True,
    "enable_key_rotation": True,
    "image_tag_mutability": "IMMUTABLE",
    "prevent_destroy": True,
    "block_public_acls": True,
    "block_public_policy": True,
    "ignore_public_acls": True,
    "restrict_public_buckets": True,
    "multi_az": True,
    "publicly_accessible": False,
    "assign_public_ip": False,
    "force_destroy": False,
    "force_delete": False,
    "skip_final_snapshot": False,
}
# Days for which data or a key can be restored.
RETENTION = frozenset(
    {"backup_retention_period", "snapshot_retention_limit", "recovery_window_in_days", "deletion_window_in_days"}
)
ENCRYPTION = frozenset({"kms_key_id", "kms_master_key_id", "kms_key", "kms_key_arn", "kms_master_key_arn"})
EVERY_ADDRESS = frozenset({"0.0.0.0/0", "::/0"})
_VARIABLE = re.compile(r"var\.(\w+)")


def rated(
    address: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    defaults: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
) -> Change:
    """The change of the resource ``address``: major when it is replaced or loses a protection.

    Args:
        address: address in the new version.
        old: arguments in the old version, which refer to other resources by their new addresses.
        new: arguments in the new version.
        defaults: defaults of the variables in both versions; an argument that is a variable has its default.
    """
    before, after = dict(leaves(old)), dict(leaves(new))
    changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    values = [(_value(before.get(path), defaults[0]), _value(after.get(path), defaults[1])) for path in changed]
    weaker = [path for path, (was, is_) in zip(changed, values, strict=True) if weakens(path, was, is_)]
    if weaker:
        return Change(Step.MAJOR, f"resource {address} loses a protection: {', '.join(weaker)}")
    replaced = [path for path in changed if path in IDENTITY]
    if replaced:
        return Change(Step.MAJOR, f"resource {address} may be replaced: {', '.join(replaced)} changes")
    return Change(Step.PATCH, f"resource {address} changes in place: {', '.join(changed)}")


def weakens(path: str, old: Any, new: Any) -> bool:
    """Whether the argument at ``path`` protects less with the value ``new`` than with ``old``."""
    name = next((part for part in reversed(path.split(".")) if not part.isdigit()), "")
    if name in ENCRYPTION:
        return old is not None and new is None
    if name in RETENTION:
        return isinstance(old, int | float) and (new is None or (isinstance(new, int | float) and new < old))
    if "cidr" in name:
        return new in EVERY_ADDRESS and old not in EVERY_ADDRESS
    if name not in PROTECTION or old is None or new == PROTECTION[name]:
        return False
    return old == PROTECTION[name] or not _is_unknown(new)


def _value(content: Any, defaults: Mapping[str, Any]) -> Any:
    """The value of an argument: of a variable its default, and of the texts ``"true"`` and ``"false"`` a flag."""
    found = _VARIABLE.fullmatch(bare(content)) if isinstance(content, str) else None
    value = defaults.get(found[1], content) if found else content
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _is_unknown(value: Any) -> bool:
    return isinstance(value, str) and "${" in value
