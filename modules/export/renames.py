"""Resources of a module that have another address in the new version."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SIMILAR = 0.5
"""Share of equal arguments from which a removed and an added resource of one type count as one renamed resource."""
_FOR_EACH = re.compile(r"\$\{var\.\w+\}")
_ITEM = re.compile(r"(?<=_)group(?=_|$)")
_REFERENCE = re.compile(r"\b((?:aws|terraform)_\w+)\.\w+")


@dataclass(frozen=True, slots=True, order=True)
class Rename:
    """A resource with the address ``old`` in the old version and ``new`` in the new one.

    ``new`` has a key when the new version repeats the resource with ``for_each``.

    Attributes:
        declared: a ``moved`` block of the new version says so; otherwise it is a guess.
    """

    old: str
    new: str
    declared: bool

    @property
    def new_resource(self) -> str:
        """``new`` without a key."""
        return self.new.partition("[")[0]

    @property
    def moved(self) -> str:
        """The block with which Terraform keeps the resource."""
        return f"moved {{\n  from = {self.old}\n  to   = {self.new}\n}}"


def renames(old: Mapping[str, Any], new: Mapping[str, Any], *, moved: Mapping[str, str]) -> list[Rename]:
    """Declared renames, then removed resources that an added one of the same type replaces.

    The added one has similar arguments, or is repeated for the items of a variable and has a name that fits.
    """
    found = [Rename(address, _end(address, moved), declared=True) for address in sorted(moved)]
    found = [rename for rename in found if rename.old in old and rename.new_resource in new]
    found = [rename for rename in found if rename.old not in new]
    removed = old.keys() - new.keys() - {rename.old for rename in found}
    added = new.keys() - old.keys() - {rename.new_resource for rename in found}
    repeated = list(_repeated(old, new, removed, added))
    removed -= {rename.old for rename in repeated}
    added -= {rename.new_resource for rename in repeated}
    found += repeated
    for _, before, after in sorted(_candidates(old, new, removed, added), key=lambda item: (-item[0], *item[1:])):
        if before in removed and after in added:
            found.append(Rename(before, after, declared=False))
            removed, added = removed - {before}, added - {after}
    return found


def _repeated(
    old: Mapping[str, Any], new: Mapping[str, Any], removed: Iterable[str], added: Iterable[str]
) -> Iterator[Rename]:
    """Resources whose name has the key of an item where the name of an added resource has ``group``."""
    for after in sorted(added):
        if not _FOR_EACH.fullmatch(str(new[after].get("for_each", ""))):
            continue
        patterns = [
            re.compile(f"{re.escape(after[: place.start()])}(\\w+){re.escape(after[place.end() :])}")
            for place in _ITEM.finditer(after)
        ]
        for before in sorted(removed):
            found = next((match for pattern in patterns if (match := pattern.fullmatch(before))), None)
            key = found and re.search(found[1].replace("_", "[-_]"), json.dumps(old[before]))
            if key:
                yield Rename(before, f'{after}["{key[0]}"]', declared=False)


def with_new_addresses(content: Any, found: Iterable[Rename]) -> Any:
    """``content`` with the new address wherever it refers to a renamed resource."""
    new = {rename.old: json.dumps(rename.new)[1:-1] for rename in found}
    text = _REFERENCE.sub(lambda match: new.get(match[0], match[0]), json.dumps(content)) if new else None
    return content if text is None else json.loads(text)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Leaves of nested blocks by path; items of a list have their index."""
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield path, value
        return
    for key, inner in items:
        yield from leaves(inner, f"{path}.{key}" if path else str(key))


def _end(address: str, moved: Mapping[str, str]) -> str:
    """The last address of a chain of moves; a circle ends where it closes."""
    seen = {address}
    while address in moved and moved[address] not in seen:
        address = moved[address]
        seen.add(address)
    return address


def _candidates(
    old: Mapping[str, Any], new: Mapping[str, Any], removed: Iterable[str], added: Iterable[str]
) -> Iterator[tuple[float, str, str]]:
    fresh = {address: dict(leaves(_without_names(new[address]))) for address in added}
    for before in removed:
        known = dict(leaves(_without_names(old[before])))
        for after, candidate in fresh.items():
            if before.partition(".")[0] == after.partition(".")[0]:
                likeness = _likeness(known, candidate)
                if likeness >= SIMILAR:
                    yield likeness, before, after


def _likeness(first: Mapping[str, Any], second: Mapping[str, Any]) -> float:
    paths = first.keys() | second.keys()
    same = sum(path in first and path in second and first[path] == second[path] for path in paths)
    return same / len(paths) if paths else 1.0


def _without_names(value: Any) -> Any:
    """Without the names of resources in references: a renamed resource may refer to another renamed one."""
    return json.loads(_REFERENCE.sub(r"\1.*", json.dumps(value)))
