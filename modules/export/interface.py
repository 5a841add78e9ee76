"""Compares the interfaces and resources of two versions of a module."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from modules.export.accepted_values import narrower
from modules.export.changes import Change, Step, rated
from modules.export.declarations import as_declared
from modules.export.readme import INTERFACE


class InterfaceError(ValueError):
    """A folder is not an exported module; the message says why."""


def read(folder: Path) -> Mapping[str, Any]:
    """The interface of the exported module in ``folder``, as its ``.tf`` files declare it.

    ``interface.json`` gives the details; what was removed from or added to the ``.tf`` files by hand counts too.

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
    return as_declared(content, {path.name: path.read_text() for path in sorted(folder.glob("*.tf"))})


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """All differences, breaking changes first."""
    found = [*_inputs(old["inputs"], new["inputs"]), *_outputs(old["outputs"], new["outputs"])]
    found += [*_resources(old["resources"], new["resources"]), *_requirements(old, new)]
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
        yield Change(Step.MINOR, f"input {name} accepts more values")


def _requirements(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = old.get("requires", {}), new.get("requires", {})
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            yield Change(Step.MAJOR, f"the required version of {name} changes from {before[name]} to {after[name]}")


def _outputs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    yield from (Change(Step.MAJOR, f"output {name} is removed") for name in sorted(old.keys() - new.keys()))
    yield from (Change(Step.MINOR, f"output {name} is new") for name in sorted(new.keys() - old.keys()))
    for name in sorted(old.keys() & new.keys()):
        if isinstance(old[name], list) != isinstance(new[name], list):
            yield Change(
                Step.MAJOR, f"output {name} is no longer a {'list' if isinstance(old[name], list) else 'text'}"
            )
        elif _without_references(old[name]) != _without_references(new[name]):
            yield Change(Step.MAJOR, f"output {name} changes its value from {old[name]} to {new[name]}")


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
    for name in sorted(old.keys() & new.keys()):
        if old[name] != new[name]:
            yield rated(name, old[name], new[name])


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
