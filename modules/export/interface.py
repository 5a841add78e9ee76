"""Compares the interfaces and resources of two versions of a module."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from modules.export.accepted_values import narrower
from modules.export.readme import INTERFACE


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


class InterfaceError(ValueError):
    """A folder is not an exported module; the message says why."""


def read(folder: Path) -> Mapping[str, Any]:
    """The interface of the exported module in ``folder``.

    Raises:
        InterfaceError: the folder has no readable ``interface.json``.
    """
    file = folder / INTERFACE
    try:
        content = json.loads(file.read_text())
    except (OSError, ValueError) as problem:
        raise InterfaceError(f"{file}: {problem}. Fix: python -m modules.export") from None
    if not isinstance(content, dict) or not {"inputs", "outputs", "resources"} <= content.keys():
        raise InterfaceError(f"{file}: not the interface of an exported module. Fix: python -m modules.export")
    return content


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """All differences, breaking changes first."""
    found = [*_inputs(old["inputs"], new["inputs"]), *_outputs(old["outputs"], new["outputs"])]
    found += _resources(old["resources"], new["resources"])
    return sorted(found, key=lambda change: (-change.step, change.text))


def verdict(found: list[Change]) -> Step:
    """The highest step of all changes."""
    return max((change.step for change in found), default=Step.NONE)


def _inputs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name in sorted(old.keys() - new.keys()):
        yield Change(Step.MAJOR, f"input {name} is removed")
    for name in sorted(new.keys() - old.keys()):
        required = new[name]["required"]
        step = Step.MAJOR if required else Step.MINOR
        yield Change(step, f"input {name} is new and {'required' if required else 'optional'}")
    for name in sorted(old.keys() & new.keys()):
        yield from _input(name, old[name], new[name])


def _input(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    if old["type"] != new["type"]:
        yield Change(Step.MAJOR, f"input {name} was {old['type']} and is {new['type']}")
    if old["required"] != new["required"]:
        step = Step.MAJOR if new["required"] else Step.MINOR
        yield Change(step, f"input {name} has become {'required' if new['required'] else 'optional'}")
    elif old.get("default") != new.get("default"):
        values = f"{json.dumps(old.get('default'))} to {json.dumps(new.get('default'))}"
        yield Change(Step.MAJOR, f"input {name} changes its default from {values}")
    stricter = narrower(old["accepted"], new["accepted"])
    yield from (Change(Step.MAJOR, f"input {name} must now satisfy {rule}") for rule in stricter)
    if set(old["accepted"]) != set(new["accepted"]) and not stricter:
        yield Change(Step.MINOR, f"input {name} accepts more")


def _outputs(old: list[str], new: list[str]) -> Iterator[Change]:
    yield from (Change(Step.MAJOR, f"output {name} is removed") for name in sorted(set(old) - set(new)))
    yield from (Change(Step.MINOR, f"output {name} is new") for name in sorted(set(new) - set(old)))


def _resources(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    removed, added = sorted(old.keys() - new.keys()), sorted(new.keys() - old.keys())
    for address in removed:
        successor = next((other for other in added if _same(address, other, old, new)), None)
        if successor is None:
            yield Change(Step.MAJOR, f"resource {address} is removed")
            continue
        added.remove(successor)
        block = f"moved {{\n  from = {address}\n  to   = {successor}\n}}"
        yield Change(Step.MAJOR, f"resource {address} is renamed to {successor}: patch with the moved block", block)
    yield from (Change(Step.MINOR, f"resource {address} is new") for address in added)
    both = sorted(old.keys() & new.keys())
    yield from (
        Change(Step.PATCH, f"resource {name} changes in place or is replaced")
        for name in both
        if old[name] != new[name]
    )


def _same(address: str, other: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """The same type and the same arguments; references to other resources are ignored, they may be renamed too."""
    if address.partition(".")[0] != other.partition(".")[0]:
        return False
    return _without_references(old[address]) == _without_references(new[other])


def _without_references(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_references(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_references(inner) for inner in value]
    return "${}" if isinstance(value, str) and "${" in value and "${var." not in value else value
