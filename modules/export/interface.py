"""Compares the interfaces and resources of two versions of a module."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from modules.export.accepted_values import narrower
from modules.export.changes import Change, Step, rated
from modules.export.declarations import InterfaceError, declared
from modules.export.object_types import only_adds_optional_attributes
from modules.export.renames import Rename, renames, with_new_addresses
from modules.export.version_ranges import excludes


def read(folder: Path) -> Mapping[str, Any]:
    """The interface of the module in ``folder``, as its ``.tf`` files declare it.

    Raises:
        InterfaceError: the folder has no ``.tf`` file, or one of them cannot be read.
    """
    try:
        files = {path.name: path.read_text() for path in sorted(folder.glob("*.tf"))}
    except (OSError, ValueError) as problem:
        raise InterfaceError(f"{folder}: {problem}") from None
    if not files:
        raise InterfaceError(
            f"{folder}: not a module, because it contains no .tf file. Fix: .venv/bin/python -m modules.export"
        )
    try:
        return declared(files)
    except InterfaceError as problem:
        raise InterfaceError(f"{folder}/{problem}") from None


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """All differences, breaking changes first."""
    renamed = renames(old["resources"], new["resources"], moved=new.get("moved", {}))
    bodies = {address: with_new_addresses(body, renamed) for address, body in old["resources"].items()}
    old = {**old, "outputs": with_new_addresses(old["outputs"], renamed), "resources": bodies}
    found = [*_inputs(old["inputs"], new["inputs"]), *_outputs(old["outputs"], new["outputs"])]
    found += [*_resources(old, new, renamed), *_requirements(old, new), *_others(old, new)]
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
    was, is_ = old["type"], new["type"]
    if was != is_ and only_adds_optional_attributes(was, is_):
        yield Change(Step.MINOR, f"input {name} has further optional attributes")
    elif was != is_:
        yield Change(Step.MAJOR, f"input {name} was {was} and is {is_}")
    if old.get("nullable", True) and not new.get("nullable", True):
        yield Change(Step.MAJOR, f"input {name} no longer accepts null")
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
    for name in sorted(before.keys() | after.keys()):
        was, is_ = before.get(name, ""), after.get(name, "")
        if was != is_:
            step = Step.MAJOR if excludes(is_, was) else Step.MINOR
            yield Change(step, f"the required version of {name} changes from {was or 'any'} to {is_ or 'any'}")


def _others(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Local values and ephemeral resources, which have no address that a caller or a state knows."""
    before, after = old.get("others", {}), new.get("others", {})
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield Change(Step.PATCH, f"{name} changes")


def _outputs(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    yield from (Change(Step.MAJOR, f"output {name} is removed") for name in sorted(old.keys() - new.keys()))
    yield from (Change(Step.MINOR, f"output {name} is new") for name in sorted(new.keys() - old.keys()))
    for name in sorted(old.keys() & new.keys()):
        if isinstance(old[name], list) != isinstance(new[name], list):
            yield Change(
                Step.MAJOR, f"output {name} is no longer a {'list' if isinstance(old[name], list) else 'text'}"
            )
        elif old[name] != new[name]:
            reason = "resources of the caller that use it may be replaced"
            yield Change(Step.MAJOR, f"output {name} changes its value from {old[name]} to {new[name]}: {reason}")


def _resources(old: Mapping[str, Any], new: Mapping[str, Any], found: list[Rename]) -> Iterator[Change]:
    """Changes of resources; the arguments in ``old`` refer to renamed resources by their new addresses."""
    before, after = old["resources"], new["resources"]
    # The arguments of a resource and of one with for_each in its place cannot be compared.
    kept = {rename.new: rename.old for rename in found if rename.new in after}
    kept |= {name: name for name in before.keys() & after.keys()}
    for address in sorted(before.keys() - {*kept.values(), *(rename.old for rename in found)}):
        yield Change(Step.MAJOR, f"resource {address} is removed")
    for address in sorted(after.keys() - {*kept, *(rename.new_resource for rename in found)}):
        yield Change(Step.MINOR, f"resource {address} is new")
    for rename in found:
        text = f"resource {rename.old} is renamed to {rename.new}"
        if rename.declared:
            yield Change(Step.PATCH, f"{text} by a moved block")
        else:
            yield Change(Step.MAJOR, f"{text}: patch with the moved block", rename.moved)
    defaults = (_defaults(old), _defaults(new))
    for address, former in sorted(kept.items()):
        if before[former] != after[address]:
            yield rated(address, before[former], after[address], defaults=defaults)


def _defaults(interface: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item["default"] for name, item in interface["inputs"].items() if "default" in item}
