"""The differences between what two configurations allow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from terraform_gate.comparison.access import Access, Permission
from terraform_gate.iam.actions import as_pattern
from terraform_gate.network.ranges import NOTHING
from terraform_gate.network.services import describe


class Effect(StrEnum):
    """What a change does; ``UNKNOWN``: it may open something, depending on values that are not known."""

    OPENS = "opens"
    UNKNOWN = "may open"
    CLOSES = "closes"


@dataclass(frozen=True)
class Change:
    """One connection or permission that only one of the two versions allows.

    Attributes:
        effect: What the change does.
        kind: ``connection`` or ``permission``.
        text: The connection or permission in words.
        file: The file with the statement; empty for connections, which follow from several resources.
        line: Line of the file.
    """

    effect: Effect
    kind: str
    text: str
    file: Path = Path()
    line: int = 1


def changes_between(old: Access, new: Access) -> list[Change]:
    """List what ``new`` opens, may open and closes; what it opens comes first."""
    found = [*_connections(old, new), *_permissions(old, new), *_boundaries(old, new), *_unreadable(old, new)]
    return sorted(found, key=lambda item: (list(Effect).index(item.effect), item.kind, item.text))


def _connections(old: Access, new: Access) -> Iterator[Change]:
    for ends in sorted({*old.possible, *new.possible}):
        before, after = old.possible.get(ends, NOTHING), new.possible.get(ends, NOTHING)
        opened = (after - before) | (new.certain.get(ends, NOTHING) - old.certain.get(ends, NOTHING))
        certain = opened & new.certain.get(ends, NOTHING)
        for effect, services in (
            (Effect.OPENS, certain),
            (Effect.UNKNOWN, opened - certain),
            (Effect.CLOSES, before - after),
        ):
            if services:
                yield Change(effect, "connection", f"{ends[0]} -> {ends[1]} {describe(services)}")


def _permissions(old: Access, new: Access) -> Iterator[Change]:
    for here, there, allowing, denying in (
        (new, old, Effect.OPENS, Effect.CLOSES),
        (old, new, Effect.CLOSES, Effect.OPENS),
    ):
        others = _by_subject(there)
        for permission, (file, line) in here.permissions.items():
            candidates = others.get((permission.subject, permission.is_deny), ())
            # Most permissions are in both versions: comparing every pair took ten seconds for one environment.
            if permission not in there.permissions and not any(_covers(other, permission) for other in candidates):
                effect = denying if permission.is_deny else allowing
                yield Change(effect, "permission", _text(permission), file, line)


def _by_subject(access: Access) -> dict[tuple[str, bool], list[Permission]]:
    """The permissions by what :func:`_covers` requires to be equal."""
    found: dict[tuple[str, bool], list[Permission]] = {}
    for permission in access.permissions:
        found.setdefault((permission.subject, permission.is_deny), []).append(permission)
    return found


def _boundaries(old: Access, new: Access) -> Iterator[Change]:
    """Report roles and users of both versions whose permissions boundary is another one."""
    for address in old.boundaries.keys() & new.boundaries.keys():
        (before, _), (after, location) = old.boundaries[address], new.boundaries[address]
        if before and before != after:
            yield Change(Effect.OPENS, "permission", f"{address} loses the permissions boundary {before}", *location)
        if after and before != after:
            yield Change(Effect.CLOSES, "permission", f"{address} gets the permissions boundary {after}", *location)


def _unreadable(old: Access, new: Access) -> Iterator[Change]:
    for text, (file, line) in new.unknown.items():
        if text not in old.unknown:
            yield Change(Effect.UNKNOWN, "permission", text, file, line)


def _covers(wide: Permission, narrow: Permission) -> bool:
    """Return whether ``wide`` allows (or denies) to the same subject everything that ``narrow`` does."""
    return (
        wide.principal in {narrow.principal, "*"}
        and wide.condition in {narrow.condition, ""}
        and _matches(wide.action.lower(), narrow.action.lower())
        and _matches(wide.target, narrow.target)
    )


def _matches(pattern: str, text: str) -> bool:
    if "all except" in pattern or "all except" in text:
        return pattern in {text, "*"}
    return pattern == text or as_pattern(pattern).fullmatch(text) is not None


def _text(permission: Permission) -> str:
    who = (
        f"{permission.principal} by the policy of {permission.subject}" if permission.principal else permission.subject
    )
    condition = f" if {permission.condition}" if permission.condition else ""
    verb = "denies" if permission.is_deny else "allows"
    return f"{verb} {who}: {permission.action} on {permission.target}{condition}"
